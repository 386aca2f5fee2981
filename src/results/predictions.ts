import type { Example } from "../dataset/example.ts";
import { sha256 } from "../base/sha256.ts";
import { indexOfLargest, softmax } from "../evaluation/softmax.ts";
import type { Prediction } from "./run_files.ts";

export type { Prediction } from "./run_files.ts";

/**
 * Examples with their predictions.
 *
 * @param logits [examples][classes]
 * @param illegal [examples]; where classes are texts, no answer is illegal
 */
export async function predictionsOf(
  examples: readonly Example[],
  logits: readonly (readonly number[])[],
  illegal: readonly boolean[] | undefined,
  classes: readonly string[],
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const [i, { id, text, label }] of examples.entries()) {
    predictions.push({
      id,
      text_sha256: await sha256(new TextEncoder().encode(text)),
      text,
      label,
      predicted: classes[indexOfLargest(logits[i]!)]!,
      probabilities: probabilitiesOf(logits[i]!, classes),
      ...(illegal && { illegal: illegal[i]! }),
    });
  }
  return predictions;
}

/** Logits as probabilities by class. */
export function probabilitiesOf(
  logits: readonly number[],
  classes: readonly string[],
): Record<string, number> {
  const probabilities = softmax(logits);
  return Object.fromEntries(classes.map((name, c) => [name, probabilities[c]!]));
}

/** The mistakes that were made with the most confidence, the worst first. */
export function worstMistakes(predictions: readonly Prediction[], count: number): Prediction[] {
  return predictions
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.probabilities[b.predicted]! - a.probabilities[a.predicted]!)
    .slice(0, count);
}
