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
