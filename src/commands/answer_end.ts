import type { TextAnswer } from "../inference/load_texts.ts";

/** What is written of an answer besides its text: why it ended, and the logarithm of its probability, its end token's included. */
export function endOf(
  { endedBy, tokens }: Pick<TextAnswer, "endedBy" | "tokens">,
): { readonly ended_by: string; readonly log_probability: number } {
  return {
    ended_by: endedBy,
    log_probability: tokens.reduce((sum, { logProbability }) => sum + logProbability, 0),
  };
}
