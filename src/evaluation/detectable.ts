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
