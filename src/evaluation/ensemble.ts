import type { Vote } from "../experiment/types.ts";
import { indexOfLargest, softmax } from "./softmax.ts";

/**
 * What several prompts say together of an example.
 *
 * - `mean`: the mean of their probabilities.
 * - `majority` (Lester et al. 2021, §6): each prompt has one vote, and one more is shared out by the mean of their
 *   probabilities, so that it breaks ties and no class is impossible.
 *
 * @param logits [prompts][classes]
 * @returns log-probabilities [classes]
 */
export function together(logits: readonly (readonly number[])[], vote: Vote): number[] {
  const each = logits.map(softmax), prompts = logits.length;
  const mean = logits[0]!.map((_, c) => each.reduce((sum, one) => sum + one[c]!, 0) / prompts);
  if (vote === "mean") return mean.map(Math.log);
  const votes = logits.map(indexOfLargest);
  return mean.map((share, c) => Math.log((votes.filter((one) => one === c).length + share) / (prompts + 1)));
}
