import { isUndefined, type JinjaValue, kindOf, listOf, valueOf } from "./jinja_values.ts";

/** Whether Python's `str.isspace` holds for a character. */
function isBlank(character: string): boolean {
  return /\p{White_Space}/u.test(character) || (character >= "\u{1c}" && character <= "\u{1f}");
}

/** The ends of a text that are stripped. */
interface Ends {
  readonly start: boolean;
  readonly end: boolean;
}

/** A text without the characters at its ends for which something holds; by default those that Python takes for blanks. */
export function stripped(
  text: string,
  { start, end }: Ends,
  isOf: (one: string) => boolean = isBlank,
): string {
  const characters = [...text];
  let [from, to] = [0, characters.length];
  while (start && from < to && isOf(characters[from]!)) from++;
  while (end && to > from && isOf(characters[to - 1]!)) to--;
  return characters.slice(from, to).join("");
}

export const BOTH_ENDS: Ends = { start: true, end: true };

/** Whether a text has a character. */
export function isIn(text: string): (character: string) => boolean {
  const characters = new Set(text);
  return (character) => characters.has(character);
}

/** `str.capitalize`. */
export function capitalized(text: string): string {
  const [first = "", ...others] = text;
  return titled(first) + others.join("").toLowerCase();
}

/** `str.title`: each run of letters begins with a capital. */
export function titleOf(text: string): string {
  return text.replace(/\p{Cased}+/gu, (word) => {
    const [first = "", ...others] = word;
    return titled(first) + others.join("").toLowerCase();
  });
}

/** Jinja's filter `title`: a word begins after a blank, a hyphen or an opening bracket. */
export function titleFilter(text: string): string {
  let begins = true;
  const characters = [...text].map((character) => {
    const isBetween = isBlank(character) || "-([{<".includes(character);
    const changed = begins && !isBetween ? character.toUpperCase() : character.toLowerCase();
    begins = isBetween;
    return changed;
  });
  return characters.join("");
}

/** @throws where a capital at the start of a word is none of the letters that JavaScript knows */
function titled(character: string): string {
  if (!/\p{Changes_When_Titlecased}/u.test(character)) return character;
  const upper = character.toUpperCase();
  if ([...upper].length > 1 || /[\u{1c4}-\u{1cc}\u{1f1}-\u{1f3}]/u.test(character)) {
    throw new Error(`it begins a word with '${character}' as a capital`);
  }
  return upper;
}

type Method = (text: string, given: readonly JinjaValue[]) => JinjaValue | undefined;

function ofEnds(ends: Ends): Method {
  return (text, [characters, ...others]) => {
    if (others.length > 0) return undefined;
    if (characters === undefined || characters.type === "NullValue") return valueOf(stripped(text, ends));
    const { value: of } = characters;
    return typeof of === "string" ? valueOf(stripped(text, ends, isIn(of))) : undefined;
  };
}

function compared(isOf: (text: string, part: string) => boolean): Method {
  return (text, [part, ...others]) => {
    if (part === undefined || others.length > 0) return undefined;
    if (typeof part.value === "string") return valueOf(isOf(text, part.value));
    if (part.type !== "TupleValue" || !Array.isArray(part.value)) return undefined;
    const parts = part.value.map(({ value }) => value);
    return parts.every((one) => typeof one === "string")
      ? valueOf(parts.some((one) => isOf(text, one)))
      : undefined;
  };
}

function changed(change: (text: string) => string): Method {
  return (text, given) => given.length > 0 ? undefined : valueOf(change(text));
}

const split: Method = (text, [separator, most, ...others]) => {
  const limit = most === undefined ? -1 : most.value;
  if (others.length > 0 || typeof limit !== "number" || most?.type === "FloatValue") return undefined;
  const isByBlanks = separator === undefined || separator.type === "NullValue";
  if (!isByBlanks && (typeof separator.value !== "string" || separator.value === "")) return undefined;
  const parts = isByBlanks ? words(text, limit) : pieces(text, String(separator.value), limit);
  return listOf(parts.map(valueOf));
};

function pieces(text: string, separator: string, limit: number): string[] {
  const all = text.split(separator);
  if (limit < 0 || all.length <= limit) return all;
  return [...all.slice(0, limit), all.slice(limit).join(separator)];
}

function words(text: string, limit: number): string[] {
  const characters = [...text];
  const found: string[] = [];
  let at = 0;
  const pass = (isOf: (one: string) => boolean) => {
    const from = at;
    while (at < characters.length && isOf(characters[at]!)) at++;
    return characters.slice(from, at).join("");
  };
  for (pass(isBlank); at < characters.length; pass(isBlank)) {
    found.push(pass((one) => found.length === limit || !isBlank(one)));
  }
  return found;
}

/** The methods of texts, with Python's results; `undefined` for what they do not take. */
const METHODS: Readonly<Record<string, Method>> = {
  strip: ofEnds(BOTH_ENDS),
  lstrip: ofEnds({ start: true, end: false }),
  rstrip: ofEnds({ start: false, end: true }),
  startswith: compared((text, part) => text.startsWith(part)),
  endswith: compared((text, part) => text.endsWith(part)),
  title: changed(titleOf),
  capitalize: changed(capitalized),
  upper: changed((text) => text.toUpperCase()),
  lower: changed((text) => text.toLowerCase()),
  split,
};

/** A method of a text; the library's own where Python's gives the same. `undefined`: there is none. */
export function methodOf(text: JinjaValue, name: string): JinjaValue | undefined {
  const own = text.builtins.get(name);
  if (own === undefined || typeof own.value !== "function" || typeof text.value !== "string") {
    return undefined;
  }
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) return own;
  const content = text.value;
  return Object.assign(own, {
    value: (given: readonly JinjaValue[]) => {
      const found = method(content, given);
      if (found !== undefined) return found;
      throw new Error(`it calls '${name}' of a text with ${given.map(kindOf).join(", ")}`);
    },
  });
}

/** The elements of a list, or the keys of an object; of what is undefined, none. @throws where the value has no elements */
export function elementsOf(value: JinjaValue): readonly JinjaValue[] {
  if (Array.isArray(value.value)) return value.value;
  if (value.value instanceof Map && value.type === "ObjectValue") return [...value.value.keys()].map(valueOf);
  if (isUndefined(value)) return [];
  throw new Error(`it goes through ${kindOf(value)}`);
}
