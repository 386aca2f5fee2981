import { mean } from "simple-statistics";
import { RandomStream } from "../base/random_stream.ts";
import type { PairedDifference, Resampling } from "./paired_bootstrap.ts";
import { resampledDifference } from "./resampled_difference.ts";

/**
 * Compares the means of two sides over the same examples, with the draws and the definitions of `pairedBootstrap` for one run on each side.
 *
 * @param a a value for each example @param b the other side's, in the same order
 * @throws {RangeError} where the numbers of examples differ, or there are none
 */
export function pairedMeanBootstrap(
  a: readonly number[],
  b: readonly number[],
  options: Resampling,
): PairedDifference {
  const examples = a.length;
  if (examples === 0 || b.length !== examples) {
    throw new RangeError("the sides have different examples, or none");
  }
  const stream = new RandomStream(options.seed, "bootstrap");
  const deltas = new Float64Array(options.resamples);
  for (let r = 0; r < deltas.length; r++) {
    let [sumA, sumB] = [0, 0];
    for (let i = 0; i < examples; i++) {
      const drawn = stream.integer(examples);
      sumA += a[drawn]!;
      sumB += b[drawn]!;
    }
    deltas[r] = sumB / examples - sumA / examples;
  }
  const [first, second] = [mean([...a]), mean([...b])];
  return resampledDifference({ a: first, b: second, delta: second - first }, deltas, options);
}
