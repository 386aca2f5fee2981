import type { TextAnswer } from "../inference/load_texts.ts";

/** What is written of an answer besides its text: the class that it stands for, where there are classes, why it ended, and the logarithm of its probability, its end token's included. */
export function endOf(
  { predicted, endedBy, tokens }: Pick<TextAnswer, "predicted" | "endedBy" | "tokens">,
): { readonly predicted?: string | null; readonly ended_by: string; readonly log_probability: number } {
  return {
    ...(predicted !== undefined && { predicted }),
    ended_by: endedBy,
    log_probability: tokens.reduce((sum, { logProbability }) => sum + logProbability, 0),
  };
}
