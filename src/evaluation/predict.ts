import { type Feeds, int64Tensor, type Session } from "../device/device.ts";
import type { Vote } from "../experiment/types.ts";
import { batchFeeds, evaluationBatches, type LabelledEncoding } from "../prompt/batches.ts";
import { verbalizerFeeds, type WordTokens } from "../prompt/verbalizer.ts";
import { together } from "./ensemble.ts";
import { indexOfLargest } from "./softmax.ts";

/** A model with a prompt, or with several that answer together, ready to classify. */
export interface Classifier {
  /** The compiled `predict` graph, or that of a bank, opened on a device. */
  readonly session: Session;
  /** Beside the examples and the verbalizer: a soft prompt, float32 [length, dimension] or, of an ensemble, [prompts, length, dimension]. */
  readonly inputs: Feeds;
  /** How the prompts of an ensemble answer together. */
  readonly vote?: Vote;
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  readonly batchSize: number;
}

/**
 * The class logits of examples, in their order; of an ensemble, log-probabilities.
 *
 * @param tokens the words of each class, as tokens
 * @returns [examples][classes]
 */
export async function classLogits(
  classifier: Classifier,
  examples: readonly LabelledEncoding[],
  tokens: WordTokens,
): Promise<number[][]> {
  return answers(await logitsOfEach(classifier, examples, tokens), classifier);
}

/** What the prompts of a classifier say together, out of what each of them says. */
export function answers(
  logits: readonly (readonly number[][])[],
  { vote }: Pick<Classifier, "vote">,
): number[][] {
  return logits.map((each) => vote ? together(each, vote) : each[0]!);
}

/**
 * The class logits of examples for each prompt of an ensemble, all prompts in one forward batch.
 *
 * @returns [examples][prompts][classes]; one prompt where there is no ensemble
 */
export async function logitsOfEach(
  { session, inputs, vote, padId, batchSize }: Classifier,
  examples: readonly LabelledEncoding[],
  tokens: WordTokens,
): Promise<number[][][]> {
  const words = verbalizerFeeds({ tokens }), logits: number[][][] = [];
  const prompts = vote ? inputs.prompt!.dims[0]! : 1, atOnce = Math.max(1, Math.floor(batchSize / prompts));
  const owners = Array.from({ length: prompts }, (_, p) => p),
    lengths = examples.map(({ ids }) => ids.length);
  for (const batch of evaluationBatches(lengths, atOnce, padId !== undefined)) {
    const feeds = batchFeeds(batch.flatMap((i) => owners.map(() => examples[i]!)), padId);
    const prompt_of_example = int64Tensor(batch.flatMap(() => owners), [batch.length * prompts]);
    const { class_logits } = await session.run({ ...feeds, ...words, prompt_of_example, ...inputs });
    const found = Array.from(class_logits!.data, Number), classes = tokens.length;
    for (const [row, i] of batch.entries()) {
      logits[i] = owners.map((p) => {
        const start = (row * prompts + p) * classes;
        return found.slice(start, start + classes);
      });
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
