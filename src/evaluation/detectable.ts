import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** The power at which a difference counts as detectable. */
export const POWER = 0.8;

/**
 * The difference that a comparison like this one detects with power 0.8.
 *
 * @param standardError of the difference
 * @param alpha the significance level of the test
 * @see Cohen 1988, Statistical Power Analysis for the Behavioral Sciences
 */
export function detectableDifference(standardError: number, alpha: number): number {
  return (normalQuantile(1 - alpha / 2, 0, 1) + normalQuantile(POWER, 0, 1)) * standardError;
}

/**
 * The least two-sided p that an exact paired test of this many examples can have, where all of them favour one side.
 *
 * @see Fisher 1935, The Design of Experiments, chapter 3
 */
export function leastP(examples: number): number {
  return Math.min(1, 2 * 0.5 ** examples);
}

/**
 * The smallest difference in accuracy that McNemar's exact test can call significant in the best case: the fewest discordant
 * examples, all right on one side.
 */
export function leastDetectableAccuracy(examples: number, alpha: number): number {
  let flips = 1;
  while (leastP(flips) >= alpha) flips++;
  return flips / examples;
}
