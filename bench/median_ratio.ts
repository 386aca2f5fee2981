import binomialTest from "@stdlib/stats-binomial-test";
import { median } from "./median.ts";

/** The fewest pairs of times whose least and greatest ratio are a 95% interval. */
export const LEAST_PAIRS = 6;

/** How many times as long one thing takes as another. */
export interface MedianRatio {
  readonly median: number;
  /** The 95% confidence interval of the median, by the ranks of the ratios (the sign test's). */
  readonly interval: readonly [lower: number, upper: number];
}

/**
 * The median ratio of times that were taken in turn.
 *
 * @param over and `under` are times of the same rounds, at least {@linkcode LEAST_PAIRS}
 */
export function medianRatio(over: readonly number[], under: readonly number[]): MedianRatio {
  if (over.length < LEAST_PAIRS) throw new Error(`${over.length} rounds, where ${LEAST_PAIRS} are needed`);
  const ratios = over.map((time, i) => time / under[i]!).sort((a, b) => a - b);
  let left = 0;
  while (binomialTest(left + 1, ratios.length).pValue <= 0.05) left++;
  return { median: median(ratios), interval: [ratios[left]!, ratios[ratios.length - 1 - left]!] };
}
