import { MOST_INTEGERS } from "../graph/constants.ts";
import {
  type Dimension,
  divide,
  leastOf,
  mostOf,
  multiply,
  sameShape,
  subtract,
  termsOf,
} from "../graph/dimension.ts";
import { type ElementType, isFloat } from "../graph/element_types.ts";
import type { Value } from "../graph/graph.ts";

/**
 * What an operator makes of whole numbers (of truth values: 0 and 1) that are known in terms of the symbols; `undefined`
 * where these do not determine it. Symbols are at least 1: every batch has an example, and every example a token.
 */
export type Arithmetic = (...items: Dimension[]) => Dimension | undefined;

/** The integers of an elementwise operator's output, where those of its inputs are known. */
export function knownIntegers(
  type: ElementType,
  shape: readonly Dimension[],
  inputs: readonly Value[],
  arithmetic: Arithmetic | undefined,
): { integers?: Dimension[] } {
  if (arithmetic === undefined) return {};
  return integersBy(type, shape, (place) => {
    const items = inputs.flatMap((input) => integerAt(input, shape, place) ?? []);
    return items.length === inputs.length ? arithmetic(...items) : undefined;
  });
}

/** The integers of a tensor, given place by place, where all are known; none for a tensor of floats, even without elements. */
export function integersBy(
  type: ElementType,
  shape: readonly Dimension[],
  at: (place: number) => Dimension | undefined,
): { integers?: Dimension[] } {
  if (isFloat(type)) return {};
  const size = shape.reduce(multiply, 1);
  if (typeof size !== "number" || size > MOST_INTEGERS) return {};
  const integers = Array.from({ length: size }, (_, place) => at(place));
  return integers.every((item) => item !== undefined) ? { integers } : {};
}

/**
 * The integers of a tensor that is read from another one in steps along each axis.
 *
 * @param first the place in the other that it starts at
 */
export function integersInSteps(
  { type, integers }: Value,
  shape: readonly Dimension[],
  steps: readonly number[],
  first = 0,
): { integers?: Dimension[] } {
  if (integers === undefined) return {};
  return integersBy(type, shape, (place) => {
    let at = first;
    let rest = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = Number(shape[axis]);
      at += (rest % extent) * steps[axis]!;
      rest = Math.floor(rest / extent);
    }
    return integers[at];
  });
}

/** How far apart the elements of a tensor with known integers are along each axis, row by row. */
export function stepsAlong(shape: readonly Dimension[]): number[] {
  return shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((size: number, extent) => size * Number(extent), 1)
  );
}

/** The element of a value that stands at a place of the shape it is broadcast to, where it is known. */
export function integerAt(
  { integers, shape: own }: Value,
  shape: readonly Dimension[],
  place: number,
): Dimension | undefined {
  return integers?.length === 1 ? integers[0] : sameShape(own, shape) ? integers?.[place] : undefined;
}

/** 1 where something is known to hold, 0 where it is known not to. */
function truthValue(holds: boolean, fails: boolean): Dimension | undefined {
  return holds ? 1 : fails ? 0 : undefined;
}

export function equal(a: Dimension, b: Dimension): Dimension | undefined {
  const difference = subtract(a, b);
  return truthValue(difference === 0, leastOf(difference) > 0 || mostOf(difference) < 0);
}

export function less(a: Dimension, b: Dimension): Dimension | undefined {
  const difference = subtract(b, a);
  return truthValue(leastOf(difference) > 0, mostOf(difference) <= 0);
}

export function lessOrEqual(a: Dimension, b: Dimension): Dimension | undefined {
  const difference = subtract(b, a);
  return truthValue(leastOf(difference) >= 0, mostOf(difference) < 0);
}

/** Whether a number is not 0. */
export function asTruth(a: Dimension): Dimension | undefined {
  return truthValue(leastOf(a) > 0 || mostOf(a) < 0, a === 0);
}

export function not(a: Dimension): Dimension | undefined {
  return typeof a === "number" ? 1 - a : undefined;
}

export function and(a: Dimension, b: Dimension): Dimension | undefined {
  return truthValue(a === 1 && b === 1, a === 0 || b === 0);
}

export function or(a: Dimension, b: Dimension): Dimension | undefined {
  return truthValue(a === 1 || b === 1, a === 0 && b === 0);
}

export function xor(a: Dimension, b: Dimension): Dimension | undefined {
  return truthValue(a !== b, a === b);
}

/** Division rounds towards zero; a symbol divides only where the quotient is a dimension again. */
export function quotient(a: Dimension, b: Dimension): Dimension | undefined {
  if (b === 0) return undefined;
  return typeof a === "number" && typeof b === "number" ? Math.trunc(a / b) : divide(a, b);
}

/** Only for numbers that are not negative, on whose remainders all conventions agree. */
export function remainder(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof b !== "number" || b <= 0 || leastOf(a) < 0) return undefined;
  if (typeof a === "number") return a % b;
  return termsOf(a).every(([, factor]) => factor % b === 0) ? 0 : undefined;
}

export function smaller(a: Dimension, b: Dimension): Dimension | undefined {
  return isAtMost(a, b) ? a : isAtMost(b, a) ? b : undefined;
}

export function larger(a: Dimension, b: Dimension): Dimension | undefined {
  return isAtMost(a, b) ? b : isAtMost(b, a) ? a : undefined;
}

export function negative(a: Dimension): Dimension | undefined {
  return multiply(-1, a);
}

export function absolute(a: Dimension): Dimension | undefined {
  return larger(a, multiply(-1, a));
}

export function sign(a: Dimension): Dimension | undefined {
  return leastOf(a) > 0 ? 1 : mostOf(a) < 0 ? -1 : a === 0 ? 0 : undefined;
}

/** A number that is cast to 32 bits, where it fits them. */
export function within32Bits(a: Dimension): Dimension | undefined {
  return typeof a !== "number" || Math.abs(a) < 2 ** 31 ? a : undefined;
}

function isAtMost(a: Dimension, b: Dimension): boolean {
  return leastOf(subtract(b, a)) >= 0;
}
