import { JSON_OPTIONS, writtenJson } from "./jinja_json.ts";
import { BOTH_ENDS, capitalized, elementsOf, isIn, stripped, titleFilter } from "./jinja_texts.ts";
import {
  floatOf,
  isTrue,
  isUndefined,
  type JinjaValue,
  kindOf,
  listOf,
  valueOf,
  written,
} from "./jinja_values.ts";

/** What a filter is called with: by its places, and by names. */
export interface FilterArguments {
  readonly given: readonly JinjaValue[];
  readonly named: ReadonlyMap<string, JinjaValue>;
}

interface Filter {
  /** The names of what it takes, in their order. */
  readonly takes: readonly string[];
  /** `undefined`: it does not take this value, or these arguments. */
  readonly apply: (value: JinjaValue, given: ReadonlyMap<string, JinjaValue>) => JinjaValue | undefined;
}

/** Filters of @huggingface/jinja that give what Jinja's give, for all that they take, … */
const SAME = ["safe", "list", "reverse", "upper", "lower", "items", "abs", "replace", "map", "dictsort"];

/** … and those for which that holds but for some arguments. @returns whether it holds */
const SAME_BUT_FOR: Readonly<Record<string, (value: JinjaValue, given: FilterArguments) => boolean>> = {
  sort: (value, { given, named }) => {
    const by = (given[2] ?? named.get("attribute"))?.value;
    if (typeof by === "string" && by.includes(",")) return false;
    const path = by === undefined || by === null ? [] : String(by).split(".");
    const compared = elementsOf(value).map((one) => path.reduce(partOf, one));
    // The library orders by UTF-16, and takes all that is undefined for equal.
    return compared.every((one) =>
      !isUndefined(one) && !(typeof one.value === "string" && /[\u{d800}-\u{10ffff}]/u.test(one.value))
    );
  },
  selectattr: selects,
  rejectattr: selects,
};

/** Tests that @huggingface/jinja has otherwise, of anything or of what is undefined. */
const OTHER_TESTS = [
  "number",
  "iterable",
  "sequence",
  "callable",
  "lower",
  "upper",
  "undefined",
  "odd",
  "even",
];

function selects(_: JinjaValue, { given: [attribute, test] }: FilterArguments): boolean {
  const name = attribute?.value;
  return typeof name === "string" && !name.includes(".") && !OTHER_TESTS.includes(String(test?.value));
}

function partOf(value: JinjaValue, name: string): JinjaValue {
  const { value: content } = value;
  const part = content instanceof Map
    ? content.get(name)
    : Array.isArray(content)
    ? content[Number(name)]
    : undefined;
  return part ?? valueOf(undefined);
}

function ofText(change: (text: string) => string): Filter {
  return {
    takes: [],
    apply: ({ value }) => typeof value === "string" ? valueOf(change(value)) : undefined,
  };
}

function ofElement(place: number): Filter {
  const apply = (value: JinjaValue) =>
    typeof value.value === "string"
      ? valueOf([...value.value].at(place))
      : elementsOf(value).at(place) ?? valueOf(undefined);
  return { takes: [], apply };
}

const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number in a text, as Python's `int` or `float` reads it; `undefined`: it reads none. */
function numberOf(text: string): number | undefined {
  const trimmed = stripped(text, BOTH_ENDS);
  const isOther = /_|(?!\d)\p{Nd}/u.test(trimmed) || /^[+-]?(?:inf|nan)/i.test(trimmed);
  if (isOther) throw new Error(`it reads '${text}' as a number`);
  if (!REAL.test(trimmed)) return undefined;
  const number = Number(trimmed);
  if (!Number.isFinite(number)) throw new Error(`it reads '${text}' as a number`);
  return number;
}

function toNumber(make: (value: number) => JinjaValue, otherwise: JinjaValue): Filter {
  return {
    takes: ["default"],
    apply: (value, given) => {
      if (isUndefined(value)) return undefined;
      const { value: content } = value;
      const found = typeof content === "string" ? numberOf(content) : content;
      const isNumber = typeof found === "number" || typeof found === "boolean";
      return isNumber ? make(Number(found)) : given.get("default") ?? otherwise;
    },
  };
}

function wholeOf(value: number): JinjaValue {
  const whole = Math.trunc(value);
  if (!Number.isSafeInteger(whole)) throw new Error("it reads an integer of more than 53 bits");
  return valueOf(whole + 0);
}

/** Filters with Jinja's results where @huggingface/jinja has others. */
const FILTERS: Readonly<Record<string, Filter>> = {
  trim: {
    takes: ["chars"],
    apply: ({ value }, given) => {
      const characters = given.get("chars")?.value ?? undefined;
      if (typeof value !== "string") return undefined;
      if (characters === undefined) return valueOf(stripped(value, BOTH_ENDS));
      if (typeof characters !== "string") return undefined;
      return valueOf(stripped(value, BOTH_ENDS, isIn(characters)));
    },
  },
  capitalize: ofText(capitalized),
  title: ofText(titleFilter),
  string: { takes: [], apply: (value) => valueOf(written(value)) },
  length: {
    takes: [],
    apply: (value) =>
      valueOf(typeof value.value === "string" ? [...value.value].length : elementsOf(value).length),
  },
  first: ofElement(0),
  last: ofElement(-1),
  join: {
    takes: ["d"],
    apply: (value, given) => {
      const parts = typeof value.value === "string" ? [...value.value] : elementsOf(value).map(written);
      return valueOf(parts.join(written(given.get("d") ?? valueOf(""))));
    },
  },
  unique: {
    takes: [],
    apply: (value) => {
      const seen = new Set<string | number>();
      const kept = elementsOf(value).filter(({ value: one }) => {
        if (typeof one === "object" || typeof one === "function" || one === undefined) {
          throw new Error("it calls 'unique' of other things than texts and numbers");
        }
        const key = typeof one === "string" ? one.toLowerCase() : Number(one);
        return !seen.has(key) && seen.add(key);
      });
      return listOf(kept);
    },
  },
  int: toNumber(wholeOf, valueOf(0)),
  float: toNumber(floatOf, floatOf(0)),
  default: {
    takes: ["default_value", "boolean"],
    apply: (value, given) => {
      const otherwise = given.get("default_value") ?? valueOf("");
      const asksForTrue = isTrue(given.get("boolean") ?? valueOf(false));
      return isUndefined(value) || (asksForTrue && !isTrue(value)) ? otherwise : value;
    },
  },
  indent: {
    takes: ["width", "first", "blank"],
    apply: (value, given) => {
      const width = given.get("width")?.value ?? 4;
      if (typeof value.value !== "string" || !["number", "string"].includes(typeof width)) return undefined;
      const blanks = typeof width === "number" ? " ".repeat(Math.max(0, width)) : String(width);
      const [first, blank] = ["first", "blank"].map((name) => isTrue(given.get(name) ?? valueOf(false)));
      const lines = linesOf(value.value).map((line, i) =>
        i > 0 && (blank || line !== "") ? blanks + line : line
      );
      return valueOf((first ? blanks : "") + lines.join("\n"));
    },
  },
  tojson: { takes: JSON_OPTIONS, apply: (value, given) => valueOf(writtenJson(value, given)) },
};

/** The lines that Jinja's `indent` sees, by `str.splitlines`. */
function linesOf(text: string): string[] {
  if ([..."\u{1c}\u{1d}\u{1e}"].some((one) => text.includes(one))) {
    throw new Error("it calls 'indent' of a text with separators of files");
  }
  return `${text}\n`.split(/\r\n|[\n\r\v\f\u{85}\u{2028}\u{2029}]/u).slice(0, -1);
}

/**
 * What a filter gives, with Jinja's result.
 *
 * @returns `undefined` where @huggingface/jinja gives it
 * @throws where neither does
 */
export function filtered(name: string, value: JinjaValue, filter: FilterArguments): JinjaValue | undefined {
  const { given, named } = filter;
  const own = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (own === undefined) {
    const isSame = SAME.includes(name) ||
      Object.hasOwn(SAME_BUT_FOR, name) && SAME_BUT_FOR[name]!(value, filter);
    if (isSame) return undefined;
    throw new Error(`it has the filter '${name}' of ${kindOf(value)}, which is not known here`);
  }
  const matched = new Map([
    ...own.takes.slice(0, given.length).map((key, i) => [key, given[i]!] as const),
    ...named,
  ]);
  const isTaken = matched.size === given.length + named.size &&
    [...matched.keys()].every((key) => own.takes.includes(key));
  const found = isTaken ? own.apply(value, matched) : undefined;
  if (found !== undefined) return found;
  throw new Error(`it has the filter '${name}' of ${kindOf(value)} with arguments that are not known here`);
}
