import type { Constant, Value } from "../graph/graph.ts";
import type { Interpreter } from "./interpreter.ts";
import { type NumberArray, offset, stridesOf } from "./number_array.ts";
import { interpreterOf } from "./probe.ts";

/** The numbers of tokens of a synthetic text and of its start. */
const [WHOLE, START] = [6, 4];

/** Numbers that are further apart than this share of them are not the same. */
const ROUNDING = 1e-9;

/** Compares what a graph makes of a text's positions and mask with what it makes of those of the text's start. */
export class TextStart {
  private readonly start: Interpreter;
  private readonly whole: Interpreter;

  constructor(read: (constant: Constant) => Uint8Array | undefined) {
    this.start = interpreterOf({ batch: 1, sequence: START, read });
    this.whole = interpreterOf({ batch: 1, sequence: WHOLE, read });
  }

  /**
   * Whether a value has other numbers for the start of a text than for the same tokens of the whole text.
   *
   * @param isShifted whether one number may be added to all along the last axis
   * @returns `undefined` where the numbers are not known
   */
  differs(value: Value, isShifted: boolean): boolean | undefined {
    const start = this.start.valueOf(value);
    const whole = start && this.whole.valueOf(value);
    if (start === undefined || whole === undefined) return undefined;
    const others = itemsWithin(whole, start.dims);
    const differences = Array.from(
      start.items,
      (item, i) => Object.is(item, others[i]) ? 0 : item - others[i]!,
    );
    const extent = start.dims.at(-1) ?? 1;
    return differences.some((difference, i) => {
      const [item, shift] = [start.items[i]!, isShifted ? differences[i - i % extent]! : 0];
      return !(Math.abs(difference - shift) <= ROUNDING * Math.max(1, Math.abs(item)));
    });
  }
}

/** The elements of an array that a smaller one has places for. */
function itemsWithin(array: NumberArray, dims: readonly number[]): number[] {
  const [strides, own] = [stridesOf(array.dims), stridesOf(dims)];
  return Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => {
    const place = dims.map((extent, axis) => Math.floor(i / own[axis]!) % extent);
    return array.items[offset(place, strides)]!;
  });
}
