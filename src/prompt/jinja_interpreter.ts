import { Environment, Interpreter } from "@huggingface/jinja";
import { isObject } from "../model/special_tokens.ts";

/** What a part of a template gives. */
export type JinjaValue = ReturnType<Interpreter["evaluate"]>;

type Evaluated = Parameters<Interpreter["evaluate"]>;
type Part = NonNullable<Evaluated[0]>;

/** Methods of texts that take the characters to remove: whether they remove them at the start, and at the end. */
const STRIPS: Readonly<Record<string, { readonly start: boolean; readonly end: boolean }>> = {
  strip: { start: true, end: true },
  lstrip: { start: true, end: false },
  rstrip: { start: false, end: true },
};

/** The lists of what is written one after the other, in all parts that have such. */
const WRITTEN = ["body", "alternate", "defaultBlock"];

/** The parts that are values and not statements, which give `null` where they write nothing. */
const VALUE = /Expression$|Literal$|^Identifier$|^Ternary$/;

/**
 * @huggingface/jinja, which follows JavaScript in a few places, with Jinja's results there: `==`, `!=`, `strip` of given characters, and
 * true, false and none where they are written.
 */
export class JinjaInterpreter extends Interpreter {
  private readonly seen = new WeakSet();
  private readonly written = new WeakSet();

  override evaluate(...[part, environment]: Evaluated): JinjaValue {
    if (part === undefined) return super.evaluate(part, environment);
    if (!this.seen.has(part)) this.look(part);
    const value = this.compared(part, environment) ?? this.stripped(part, environment) ??
      super.evaluate(part, environment);
    return this.written.has(part) ? asWritten(value) : value;
  }

  /** Notes which values a part writes. */
  private look(part: Part): void {
    this.seen.add(part);
    const content: Readonly<Record<string, unknown>> = { ...part };
    for (const one of WRITTEN.flatMap((key) => content[key])) {
      if (isPart(one) && VALUE.test(one.type)) this.written.add(one);
    }
  }

  /** As Python compares: no text equals a number, and lists and objects are compared by what is in them. */
  private compared(part: Part, environment: Evaluated[1]): JinjaValue | undefined {
    if (part.type !== "BinaryExpression" || !("operator" in part) || !("left" in part)) return undefined;
    const operator = isObject(part.operator) ? part.operator.value : undefined;
    if ((operator !== "==" && operator !== "!=") || !("right" in part)) return undefined;
    const sides = [part.left, part.right].map((side) => isPart(side) && this.evaluate(side, environment));
    const [first, second] = sides;
    return first && second ? valueOf(areEqual(first, second) === (operator === "==")) : undefined;
  }

  private stripped(part: Part, environment: Evaluated[1]): JinjaValue | undefined {
    if (part.type !== "CallExpression" || !("callee" in part) || !("args" in part)) return undefined;
    const { callee, args } = part;
    if (!isPart(callee) || !("object" in callee) || !("property" in callee) || !isPart(callee.object)) {
      return undefined;
    }
    const name = isObject(callee.property) ? String(callee.property.value) : "";
    const sides = Object.hasOwn(STRIPS, name) ? STRIPS[name] : undefined;
    const [of] = Array.isArray(args) ? args : [];
    if (sides === undefined || !isPart(of)) return undefined;
    const [text, characters] = [this.evaluate(callee.object, environment), this.evaluate(of, environment)];
    if (typeof text.value !== "string" || typeof characters.value !== "string") return undefined;
    return valueOf(strip(text.value, characters.value, sides));
  }
}

function isPart(value: unknown): value is Part {
  return isObject(value) && typeof value.type === "string";
}

function valueOf(value: boolean | string): JinjaValue {
  return new Environment().set("value", value);
}

/** @throws where it is a list or an object, which Python writes in its own form */
function asWritten(value: JinjaValue): JinjaValue {
  if (Array.isArray(value.value) || value.value instanceof Map) {
    throw new Error("it writes a list or an object without 'tojson'");
  }
  if (value.type === "NullValue") return valueOf("None");
  return typeof value.value === "boolean" ? valueOf(value.value ? "True" : "False") : value;
}

function areEqual(a: JinjaValue, b: JinjaValue): boolean {
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
  // In Python, true is 1 and false is 0.
  const number = ({ value }: JinjaValue) => typeof value === "boolean" ? Number(value) : value;
  const isNothing = a.value === undefined || a.value === null;
  return isNothing ? a.type === b.type : number(a) === number(b);
}

function strip(text: string, characters: string, { start, end }: (typeof STRIPS)[string]): string {
  const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;
  const of = new RegExp(`[${[...new Set(characters)].map(escaped).join("")}]`, "uy");
  const points = (from: number) => text.codePointAt(from)! > 0xffff ? 2 : 1;
  const isOf = (at: number) => {
    of.lastIndex = at;
    return of.test(text);
  };
  let [from, to] = [0, text.length];
  while (start && from < to && isOf(from)) from += points(from);
  while (end && to > from) {
    const last = text.slice(Math.max(from, to - 2), to);
    const width = last.length === 2 && last.codePointAt(0)! > 0xffff ? 2 : 1;
    if (!isOf(to - width)) break;
    to -= width;
  }
  return text.slice(from, to);
}
