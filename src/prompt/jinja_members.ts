import { methodOf } from "./jinja_texts.ts";
import { isUndefined, type JinjaValue, kindOf, listOf, valueOf, written } from "./jinja_values.ts";

/** The methods of Python's `dict`, which a dot finds before a key of that name. */
const OF_OBJECTS = [
  ...["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update"],
  "values",
];

/** What Jinja's `loop` has, and the library's has not. */
const OF_LOOPS = ["changed", "cycle", "depth", "depth0"];

/**
 * A part of a value by its name or number: an element, the value of a key, or a method.
 *
 * @param isDot whether it is written with a dot
 * @throws where the value is undefined, as Jinja does, and on what is not done here
 */
export function memberOf(value: JinjaValue, property: JinjaValue, isDot: boolean): JinjaValue {
  const { value: content, type } = value;
  const { value: key } = property;
  if (isUndefined(value)) throw new Error(`it reads '${written(property)}' of what is undefined`);
  if (typeof key === "number" && property.type === "IntegerValue" && !(content instanceof Map)) {
    if (typeof content === "string") return valueOf([...content].at(key));
    return (Array.isArray(content) ? content.at(key) : undefined) ?? valueOf(undefined);
  }
  if (typeof key !== "string") throw new Error(`it reads a part of ${kindOf(value)} by ${kindOf(property)}`);
  if (typeof content === "string") return methodOf(value, key) ?? valueOf(undefined);
  if (!(content instanceof Map)) return valueOf(undefined);
  const isNamespace = type === "NamespaceValue";
  const found = content.get(key);
  if (found !== undefined && isDot && !isNamespace && OF_OBJECTS.includes(key)) {
    throw new Error(`it reads '.${key}', which is a key and a method`);
  }
  if (found === undefined && content.has("revindex0") && OF_LOOPS.includes(key)) {
    throw new Error(`it reads 'loop.${key}'`);
  }
  const method = isNamespace || !OF_OBJECTS.includes(key) ? undefined : value.builtins.get(key);
  return found ?? method ?? valueOf(undefined);
}

/** A slice, as Python takes it. @throws where the value has no elements, or a bound is no integer */
export function sliced(value: JinjaValue, start: JinjaValue, stop: JinjaValue, step: JinjaValue): JinjaValue {
  const { value: content, type } = value;
  const bounds = [start, stop, step].map(boundOf);
  if (typeof content === "string") return valueOf(slice([...content], bounds).join(""));
  if (!Array.isArray(content)) throw new Error(`it takes a slice of ${kindOf(value)}`);
  return Object.assign(listOf(slice(content, bounds)), { type });
}

function slice<Item>(items: readonly Item[], [from, to, by = 1]: readonly (number | undefined)[]): Item[] {
  if (by === 0) throw new Error("it takes a slice in steps of 0");
  const [first, last] = by < 0 ? [items.length - 1, -1] : [0, items.length];
  const within = (at: number) => {
    const [least, most] = [Math.min(first, last), Math.max(first, last)];
    return Math.min(Math.max(at < 0 ? at + items.length : at, least), most);
  };
  const end = to === undefined ? last : within(to);
  const kept: Item[] = [];
  for (let at = from === undefined ? first : within(from); by < 0 ? at > end : at < end; at += by) {
    kept.push(items[at]!);
  }
  return kept;
}

function boundOf({ value, type }: JinjaValue): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && type === "IntegerValue") return value;
  throw new Error("it takes a slice with a bound that is no integer");
}
