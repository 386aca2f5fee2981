import type { Session, Tensor } from "../device/device.ts";
import { batchFeeds, evaluationBatches, type LabelledEncoding } from "../prompt/batches.ts";
import { verbalizerFeeds, type WordTokens } from "../prompt/verbalizer.ts";

/** A frozen model with a prompt, ready to classify. */
export interface Classifier {
  /** The compiled `predict` graph, opened on a device. */
  readonly session: Session;
  /** float32 [length, dimension]; absent for a hard prompt. */
  readonly prompt?: Tensor;
  readonly padId: number;
  readonly batchSize: number;
}

/**
 * The class logits of examples, in their order.
 *
 * @param tokens the words of each class, as tokens
 * @returns [examples][classes]
 */
export async function classLogits(
  classifier: Classifier,
  examples: readonly LabelledEncoding[],
  tokens: WordTokens,
): Promise<number[][]> {
  const { session, prompt, padId, batchSize } = classifier;
  const words = verbalizerFeeds({ tokens }), logits: number[][] = [];
  for (const batch of evaluationBatches(examples.map(({ ids }) => ids.length), batchSize)) {
    const feeds = batchFeeds(batch.map((i) => examples[i]!), padId);
    const { class_logits } = await session.run({ ...feeds, ...words, ...(prompt && { prompt }) });
    const found = Array.from(class_logits!.data, Number);
    for (const [row, i] of batch.entries()) {
      logits[i] = found.slice(row * tokens.length, (row + 1) * tokens.length);
    }
  }
  return logits;
}

/**
 * Of which examples the model's best token over the whole vocabulary is no word of the verbalizer.
 *
 * @param vocabulary how many tokens the vocabulary has
 */
export async function illegalAnswers(
  classifier: Classifier,
  examples: readonly LabelledEncoding[],
  tokens: WordTokens,
  vocabulary: number,
): Promise<boolean[]> {
  const legal = new Set(tokens.flat(2));
  const everyToken = Array.from({ length: vocabulary }, (_, id) => [[id]]);
  const logits = await classLogits(classifier, examples, everyToken);
  return logits.map((row) => !legal.has(indexOfLargest(row)));
}

/** The probabilities that logits stand for. */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest)), total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}

/** Where the largest number stands; the first of equals. */
export function indexOfLargest(numbers: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
