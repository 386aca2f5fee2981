import type { Feeds } from "../device/device.ts";
import { asLongAsNeeded, type BatchLengths } from "./batch_lengths.ts";
import { batchFeeds, type LabelledEncoding } from "./batches.ts";
import type { LabelledTarget } from "./target_encoding.ts";
import { textBatchFeeds } from "./text_batches.ts";

/** An example to train on, with the index of its class: the answer is a word of the class, or a text. */
export type TrainingExample = LabelledEncoding | LabelledTarget;

/** Examples to train on, all with answers of one kind. */
export type TrainingExamples = readonly LabelledEncoding[] | readonly LabelledTarget[];

/**
 * One batch as inputs of a compiled training step.
 *
 * @param padId `undefined` where the model would read padding: the examples then have one length
 * @param classWeights one weight per class, where they differ
 * @throws {TypeError} where answers are of both kinds
 */
export function trainingFeeds(
  examples: readonly TrainingExample[],
  padId: number | undefined,
  classWeights?: readonly number[],
  lengths: BatchLengths = { texts: asLongAsNeeded, targets: asLongAsNeeded },
): Feeds {
  const words = examples.filter(isWord);
  if (words.length === examples.length) return batchFeeds(words, padId, classWeights, lengths.texts);
  const texts = examples.filter(isTarget);
  if (texts.length < examples.length) throw new TypeError("a batch has both words and texts as answers");
  const weights = classWeights && texts.map(({ label }) => classWeights[label]!);
  return textBatchFeeds(texts, padId, weights, lengths);
}

function isWord(example: TrainingExample): example is LabelledEncoding {
  return "answerRow" in example;
}

function isTarget(example: TrainingExample): example is LabelledTarget {
  return "targetIds" in example;
}
