import { quantileSorted, standardDeviation } from "simple-statistics";
import type { PairedDifference, Resampling } from "./paired_bootstrap.ts";
import { sortedNumbers } from "./sorted_numbers.ts";

/**
 * What resampling shows of an observed difference: the percentile interval, the standard error, and p.
 *
 * @param deltas the difference on each resample
 */
export function resampledDifference(
  observed: Pick<PairedDifference, "a" | "b" | "delta">,
  deltas: Float64Array,
  { alpha, resamples }: Resampling,
): PairedDifference {
  const sorted = sortedNumbers(deltas);
  const { delta } = observed;
  // The observed sample is counted as a resample, so that no p is 0.
  const against = sorted.filter((x) => delta >= 0 ? x <= 0 : x >= 0).length;
  return {
    ...observed,
    interval: [quantileSorted(sorted, alpha / 2), quantileSorted(sorted, 1 - alpha / 2)],
    standardError: standardDeviation(sorted),
    p: delta === 0 ? 1 : Math.min(1, 2 * (against + 1) / (resamples + 1)),
  };
}
