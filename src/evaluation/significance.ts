import { RandomStream } from "../experiment/random_stream.ts";

/** A difference between two ways to classify the same examples. */
export interface PairedDifference {
  /** Mean of b minus mean of a. */
  readonly delta: number;
  /** Percentile bootstrap, 95%. */
  readonly interval: readonly [number, number];
}

const RESAMPLES = 10_000;

/**
 * The difference in accuracy between runs on the same test examples, with its 95% interval: examples are resampled in pairs
 * (Efron & Tibshirani 1993, percentile interval), and where a side has several runs (seeds), its runs too.
 *
 * @param a [runs][examples], 1 where the example is right, else 0
 * @param b the same for the other side
 */
export function pairedDifference(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  seed = 0,
): PairedDifference {
  const examples = a[0]!.length, stream = new RandomStream(seed, "bootstrap");
  if ([...a, ...b].some((run) => run.length !== examples)) {
    throw new RangeError("the runs have different test examples");
  }
  const mean = (runs: readonly (readonly number[])[]) =>
    runs.flat().reduce((sum, x) => sum + x, 0) / (runs.length * examples);
  const drawn = (runs: typeof a) => runs.map(() => runs[stream.integer(runs.length)]!);
  const deltas = Array.from({ length: RESAMPLES }, () => {
    const left = drawn(a), right = drawn(b);
    let sum = 0;
    for (let i = 0; i < examples; i++) {
      const at = stream.integer(examples);
      for (const run of right) sum += run[at]! / right.length;
      for (const run of left) sum -= run[at]! / left.length;
    }
    return sum / examples;
  }).sort((x, y) => x - y);
  const quantile = (share: number) => deltas[Math.round(share * (RESAMPLES - 1))]!;
  return { delta: mean(b) - mean(a), interval: [quantile(0.025), quantile(0.975)] };
}
