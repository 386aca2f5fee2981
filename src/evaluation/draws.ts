/** The number of resamples that are measured together: their sums do not wait for each other. */
export const TOGETHER = 4;

/** What separates the two counts of a packed pair: both are exact below it, and a sum of pairs is the pair of their sums. */
const SECOND = 2 ** 26;

/** How often each example was drawn, in each of several resamples. */
export class Draws {
  /** [examples, TOGETHER] */
  readonly counts: Float64Array;
  /** The same numbers, two resamples in one: [examples, TOGETHER / 2]. Whole numbers can be added in pairs. */
  readonly pairs: Float64Array;
  /** The number of draws of each resample. */
  readonly totals = new Float64Array(TOGETHER);

  /** @param examples the number of examples to draw from */
  constructor(examples: number) {
    this.counts = new Float64Array(examples * TOGETHER);
    this.pairs = new Float64Array(examples * TOGETHER / 2);
  }

  /** Adds draws of an example. @param resample from 0 to TOGETHER - 1 */
  add(resample: number, example: number, times = 1): void {
    this.counts[example * TOGETHER + resample]! += times;
    this.pairs[(example * TOGETHER + resample) >> 1]! += resample % 2 === 0 ? times : times * SECOND;
    this.totals[resample]! += times;
  }

  /** Starts again without any draws. */
  clear(): void {
    this.counts.fill(0);
    this.pairs.fill(0);
    this.totals.fill(0);
  }
}

/** Adds the four counts of two sums of pairs to numbers from a place on. */
export function addPairs(sums: Float64Array, at: number, first: number, second: number): void {
  const b = Math.floor(first / SECOND);
  const d = Math.floor(second / SECOND);
  sums[at]! += first - b * SECOND;
  sums[at + 1]! += b;
  sums[at + 2]! += second - d * SECOND;
  sums[at + 3]! += d;
}
