import type { Vote } from "../experiment/types.ts";
import { indexOfLargest, largestOf } from "./softmax.ts";

/**
 * The combined prediction of several prompts for an example.
 *
 * - `mean`: the mean of their probabilities.
 * - `majority` (Lester et al. 2021, §6): each prompt has one vote, and one more is divided by the mean of their
 *   probabilities, so that it breaks ties and no class is impossible.
 *
 * @param logits [prompts][classes]; or, over a whole vocabulary, [prompts][words]
 * @returns log-probabilities [classes]
 */
export function together(logits: readonly ArrayLike<number>[], vote: Vote): Float64Array {
  const prompts = logits.length;
  const shares = new Float64Array(logits[0]!.length);
  for (const one of logits) addProbabilities(one, shares);
  for (let c = 0; c < shares.length; c++) shares[c]! /= prompts;
  if (vote === "mean") return shares.map(Math.log);
  const votes = new Int32Array(shares.length);
  for (const one of logits) votes[indexOfLargest(one)]!++;
  return shares.map((share, c) => Math.log((votes[c]! + share) / (prompts + 1)));
}

/** Adds the probabilities of logits to a sum. */
function addProbabilities(logits: ArrayLike<number>, sum: Float64Array): void {
  const powers = new Float64Array(logits.length);
  const largest = largestOf(logits);
  let total = 0;
  for (let c = 0; c < powers.length; c++) total += powers[c] = Math.exp(logits[c]! - largest);
  for (let c = 0; c < powers.length; c++) sum[c]! += powers[c]! / total;
}
