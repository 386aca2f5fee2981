import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** The chance of finding a difference that "could have been detected" speaks of. */
export const POWER = 0.8;

/**
 * How big a difference a comparison like this one would find four times in five.
 *
 * @param standardError of the difference
 * @param alpha the level of the test
 * @see Cohen 1988, Statistical Power Analysis for the Behavioral Sciences
 */
export function detectableDifference(standardError: number, alpha: number): number {
  return (normalQuantile(1 - alpha / 2, 0, 1) + normalQuantile(POWER, 0, 1)) * standardError;
}

/**
 * The smallest difference in accuracy that McNemar's exact test can call significant, however the predictions fall: so many
 * examples, all won by one side.
 */
export function leastDetectableAccuracy(examples: number, alpha: number): number {
  let flips = 1;
  while (2 * 0.5 ** flips >= alpha) flips++;
  return flips / examples;
}
