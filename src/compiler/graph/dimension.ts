import { checkBudget } from "./budget.ts";

/**
 * A dimension of a tensor: a number, or a polynomial with integer coefficients in named symbols (`batch`, `sequence`,
 * `length`, …). Two dimensions are the same exactly when their texts are.
 */
export type Dimension = number | Polynomial;

/**
 * A sum of products of symbols; the key of a term is its symbols, sorted and joined by `*`, the empty key the constant.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Polynomial } from "softprompt/compiler";
 *
 * assertEquals(String(new Polynomial(new Map([["batch*sequence", 2], ["", 1]]))), "2*batch*sequence+1");
 * ```
 */
export class Polynomial {
  #text: string | undefined;

  /**
   * Adds terms up.
   *
   * @throws {CompileError} where they are more than the compiler works on
   */
  constructor(
    /** The factor of each term, by its key. */
    readonly terms: ReadonlyMap<string, number>,
  ) {
    checkBudget("terms of one dimension", terms.size);
    for (const key of terms.keys()) checkBudget("symbols multiplied in one dimension", symbolsIn(key));
  }

  /** The sum as text: `batch*sequence+-1`. */
  get text(): string {
    return this.#text ??= [...this.terms]
      .sort(([a], [b]) => a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1)
      .map(([symbols, factor]) =>
        symbols === "" ? `${factor}` : factor === 1 ? symbols : `${factor}*${symbols}`
      )
      .join("+");
  }

  /** The sum as text. */
  toString(): string {
    return this.text;
  }
}

/** The dimension with this name. */
export function symbol(name: string): Dimension {
  return new Polynomial(new Map([[name, 1]]));
}

/** Parses a dimension, as `String` writes it. */
export function parseDimension(text: string): Dimension {
  return text.split("+").map((term) =>
    term.split("*").map((factor): Dimension => /^-?\d+$/.test(factor) ? Number(factor) : symbol(factor))
      .reduce(multiply)
  ).reduce(add);
}

/** Whether two dimensions are known to be the same. */
export function sameDimension(a: Dimension, b: Dimension): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b;
  return a === b || String(a) === String(b);
}

/** Whether two dimensions can be the same, as far as their bounds tell. */
export function canBeSame(a: Dimension, b: Dimension): boolean {
  const difference = subtract(a, b);
  return leastOf(difference) <= 0 && mostOf(difference) >= 0;
}

/** Whether two shapes are known to be the same. */
export function sameShape(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => sameDimension(dimension, b[axis]!));
}

/** `a + b`. */
export function add(a: Dimension, b: Dimension): Dimension {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const terms = new Map(termsOf(a));
  for (const [key, factor] of termsOf(b)) terms.set(key, (terms.get(key) ?? 0) + factor);
  return simplest(terms);
}

/** `a - b`. */
export function subtract(a: Dimension, b: Dimension): Dimension {
  return add(a, multiply(-1, b));
}

/** `a · b`. */
export function multiply(a: Dimension, b: Dimension): Dimension {
  if (a === 1) return b;
  if (b === 1) return a;
  if (a === 0 || b === 0) return 0;
  if (typeof a === "number") return typeof b === "number" ? a * b : scaled(b, a);
  if (typeof b === "number") return scaled(a, b);
  const terms = new Map<string, number>();
  for (const [keyA, factorA] of a.terms) {
    for (const [keyB, factorB] of b.terms) {
      const key = [...symbolsOf(keyA), ...symbolsOf(keyB)].sort().join("*");
      terms.set(key, (terms.get(key) ?? 0) + factorA * factorB);
    }
  }
  return simplest(terms);
}

function scaled({ terms }: Polynomial, by: number): Dimension {
  return simplest(new Map(Array.from(terms, ([key, factor]) => [key, factor * by])));
}

/** `a / b` where it is a dimension again for every value of the symbols, else `undefined`. `b` is a single term. */
export function divide(a: Dimension, b: Dimension): Dimension | undefined {
  if (sameDimension(a, b)) return 1;
  const [divisor, ...more] = termsOf(b);
  if (divisor === undefined || more.length > 0) return undefined;
  const terms = new Map<string, number>();
  for (const [key, factor] of termsOf(a)) {
    const left = symbolsOf(key);
    for (const name of symbolsOf(divisor[0])) {
      const at = left.indexOf(name);
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    const quotient = factor / divisor[1];
    if (!Number.isInteger(quotient)) return undefined;
    terms.set(left.join("*"), quotient);
  }
  return simplest(terms);
}

/** The number of elements of a tensor of this shape. */
export function product(shape: readonly Dimension[]): Dimension {
  return shape.reduce(multiply, 1);
}

/**
 * A shape as JSON holds it: numbers, and symbols as text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readShape, writeShape } from "softprompt/compiler";
 *
 * assertEquals(writeShape(readShape(["length", 256])), ["length", 256]);
 * ```
 */
export function writeShape(shape: readonly Dimension[]): (number | string)[] {
  return shape.map((item) => typeof item === "number" ? item : String(item));
}

/**
 * A shape that `writeShape` wrote.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readShape } from "softprompt/compiler";
 *
 * assertEquals(readShape(["2*batch*sequence", 256]).map(String), ["2*batch*sequence", "256"]);
 * ```
 */
export function readShape(shape: readonly (number | string)[]): Dimension[] {
  return shape.map((item) => typeof item === "number" ? item : parseDimension(item));
}

/**
 * The value of a dimension when its symbols have these values.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { evaluate, readShape } from "softprompt/compiler";
 *
 * const [rows] = readShape(["batch*sequence+1"]);
 * assertEquals(evaluate(rows!, { batch: 16, sequence: 32 }), 513);
 * ```
 */
export function evaluate(dimension: Dimension, values: Readonly<Record<string, number>>): number {
  let total = 0;
  for (const [key, factor] of termsOf(dimension)) {
    total += symbolsOf(key).reduce((term, name) => {
      const value = values[name];
      if (value === undefined) throw new RangeError(`no value for the dimension '${name}'`);
      return term * value;
    }, factor);
  }
  return total;
}

/** The least that a dimension can be, as every symbol is at least 1; `-Infinity` where no bound is known. */
export function leastOf(dimension: Dimension): number {
  if (typeof dimension === "number") return dimension;
  const terms = termsOf(dimension);
  const grows = terms.every(([key, factor]) => key === "" || factor > 0);
  return grows ? terms.reduce((sum, [, factor]) => sum + factor, 0) : -Infinity;
}

/** The most that a dimension can be; `Infinity` where no bound is known. */
export function mostOf(dimension: Dimension): number {
  return -leastOf(multiply(-1, dimension));
}

/** The terms of a dimension: the symbols of each, and its factor. */
export function termsOf(dimension: Dimension): [key: string, factor: number][] {
  if (typeof dimension !== "number") return [...dimension.terms];
  return dimension === 0 ? [] : [["", dimension]];
}

/** The symbols of a term's key. */
export function symbolsOf(key: string): string[] {
  return key === "" ? [] : key.split("*");
}

/** The number of symbols in a term's key. */
function symbolsIn(key: string): number {
  let separators = 0;
  for (let at = key.indexOf("*"); at >= 0; at = key.indexOf("*", at + 1)) separators++;
  return key === "" ? 0 : separators + 1;
}

function simplest(terms: Map<string, number>): Dimension {
  for (const [key, factor] of terms) if (factor === 0) terms.delete(key);
  if (terms.size === 0) return 0;
  const constant = terms.get("");
  return terms.size === 1 && constant !== undefined ? constant : new Polynomial(terms);
}
