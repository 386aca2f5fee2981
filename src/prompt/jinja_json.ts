import { compareTexts, isTrue, type JinjaValue, kindOf, writtenFloat } from "./jinja_values.ts";

/** The options of `json.dumps` that transformers' `tojson` takes, in their order. */
export const JSON_OPTIONS: readonly string[] = ["ensure_ascii", "indent", "separators", "sort_keys"];

interface Style {
  readonly isAscii: boolean;
  /** Blanks for each level; `undefined`: all on one line. */
  readonly indent: number | undefined;
  readonly separators: readonly [string, string];
  readonly isSorted: boolean;
}

/**
 * A value as Python's `json.dumps` writes it.
 *
 * @param given options by name @throws where it has parts that are no JSON, or an option is of another kind
 */
export function writtenJson(value: JinjaValue, given: ReadonlyMap<string, JinjaValue>): string {
  const [ascii, indent, separators, sorted] = JSON_OPTIONS.map((name) => given.get(name));
  const width = indent?.value ?? undefined;
  const isCount = typeof width === "number" && Number.isInteger(width) && width >= 0;
  if (width !== undefined && !isCount) throw new Error("it calls 'tojson' with an indent that is no number");
  return json(value, {
    isAscii: ascii !== undefined && isTrue(ascii),
    indent: isCount ? width : undefined,
    separators: separatorsIn(separators) ?? [isCount ? "," : ", ", ": "],
    isSorted: sorted !== undefined && isTrue(sorted),
  }, "\n");
}

function separatorsIn(given: JinjaValue | undefined): readonly [string, string] | undefined {
  if (given === undefined || given.type === "NullValue") return undefined;
  const [item, key] = Array.isArray(given.value) && given.value.length === 2
    ? given.value.map(({ value }) => value)
    : [];
  if (typeof item === "string" && typeof key === "string") return [item, key];
  throw new Error("it calls 'tojson' with separators that are not two texts");
}

/** @param line what begins a line: an end of a line, and the indent of the level */
function json(value: JinjaValue, style: Style, line: string): string {
  const { value: content, type } = value;
  if (typeof content === "string") return text(content, style);
  if (typeof content === "number") return type === "FloatValue" ? writtenFloat(content) : String(content);
  if (typeof content === "boolean") return String(content);
  if (type === "NullValue") return "null";
  const inner = style.indent === undefined ? "" : line + " ".repeat(style.indent);
  const [separator, colon] = style.separators;
  const inside = (open: string, parts: readonly string[], close: string) =>
    parts.length === 0
      ? open + close
      : open + inner + parts.join(separator + inner) + (style.indent === undefined ? "" : line) + close;
  if (Array.isArray(content)) return inside("[", content.map((one) => json(one, style, inner)), "]");
  if (content instanceof Map && type === "ObjectValue") {
    const entries = [...content];
    if (style.isSorted) entries.sort(([a], [b]) => compareTexts(a, b));
    return inside("{", entries.map(([key, one]) => text(key, style) + colon + json(one, style, inner)), "}");
  }
  throw new Error(`it writes ${kindOf(value)} as JSON`);
}

function text(content: string, { isAscii }: Style): string {
  const whole = JSON.stringify(content);
  if (!isAscii) return whole;
  return Array.from(
    { length: whole.length },
    (_, i) => whole[i]! <= "~" ? whole[i]! : `\\u${whole.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
