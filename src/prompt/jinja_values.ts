import { Environment, type Interpreter } from "@huggingface/jinja";

/** What a part of a template gives. */
export type JinjaValue = ReturnType<Interpreter["evaluate"]>;

/** A value of the library: of a number, an integer where it is whole. */
export function valueOf(value: boolean | string | number | null | undefined): JinjaValue {
  return new Environment().set("value", value);
}

/** A number that is a float, whole or not. */
export function floatOf(value: number): JinjaValue {
  return Object.assign(valueOf(0.5), { value });
}

/** A list. */
export function listOf(items: readonly JinjaValue[]): JinjaValue {
  return Object.assign(new Environment().set("value", []), { value: [...items] });
}

export function isUndefined({ type }: JinjaValue): boolean {
  return type === "UndefinedValue";
}

/** What a value is, in a word. */
export function kindOf({ type }: JinjaValue): string {
  return type.replace(/Value$/, "").toLowerCase();
}

/** Whether Python takes it for true. */
export function isTrue(value: JinjaValue): boolean {
  return value.__bool__().value;
}

/** A number as Python computes with it, where true is 1 and false is 0; `undefined`: it is none. */
export function numberIn({ value }: JinjaValue): number | undefined {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "number" ? value : undefined;
}

/**
 * A value as Python's `str` writes it.
 *
 * @throws where it is a list, an object or a function, which Python writes in its own form
 */
export function written(value: JinjaValue): string {
  const { value: content, type } = value;
  if (typeof content === "string") return content;
  if (typeof content === "number") return type === "FloatValue" ? writtenFloat(content) : String(content);
  if (typeof content === "boolean") return content ? "True" : "False";
  if (type === "NullValue") return "None";
  if (content === undefined) return "";
  throw new Error(
    typeof content === "function" ? "it writes a function" : "it writes a list or an object without 'tojson'",
  );
}

/** A float as Python's `repr` writes it: with a point or an exponent, which has two digits at least. */
export function writtenFloat(value: number): string {
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Compares as Python's `==`: no text equals a number, and lists and objects are compared by what is in them. */
export function areEqual(a: JinjaValue, b: JinjaValue): boolean {
  if (Array.isArray(a.value) && Array.isArray(b.value)) {
    const others = b.value;
    return a.type === b.type && a.value.length === others.length &&
      a.value.every((one, i) => areEqual(one, others[i]!));
  }
  if (a.value instanceof Map && b.value instanceof Map) {
    const others = b.value;
    return a.value.size === others.size && [...a.value].every(([key, one]) => {
      const other = others.get(key);
      return other !== undefined && areEqual(one, other);
    });
  }
  const isNothing = a.value === undefined || a.value === null;
  return isNothing ? a.type === b.type : (numberIn(a) ?? a.value) === (numberIn(b) ?? b.value);
}

/** Orders texts by their code points, as Python does. */
export function compareTexts(a: string, b: string): number {
  const [ours, theirs] = [[...a], [...b]];
  const at = ours.findIndex((character, i) => character !== theirs[i]);
  if (at < 0) return ours.length - theirs.length;
  const other = theirs[at];
  return other === undefined ? 1 : ours[at]!.codePointAt(0)! - other.codePointAt(0)!;
}
