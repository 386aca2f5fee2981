import type { MessagePart } from "../base/message.ts";
import { type Feeds, int64Tensor, type Session, type Tensor } from "../device/device.ts";
import type { Experiment, Vote } from "../experiment/types.ts";
import { batchLengths } from "../prompt/batch_lengths.ts";
import { batchFeeds, evaluationBatches, type LabelledEncoding } from "../prompt/batches.ts";
import { type Verbalizer, verbalizerFeeds } from "../prompt/verbalizer.ts";
import { AnswerError } from "./answer_error.ts";
import { together } from "./ensemble.ts";
import { indexOfLargest } from "./softmax.ts";
import type { TargetLikelihood, TargetMetrics } from "./text_metrics.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";

/** A model with a prompt or an ensemble of prompts, ready to classify. */
export interface Classifier {
  /** The compiled `predict` graph, or `answer`, which also gives the logits of all words; or that of a bank, opened on a device. */
  readonly session: Session;
  /** The inputs besides the examples and the verbalizer: a soft prompt, float32 [length, dimension] or, for an ensemble, [prompts, length, dimension]. */
  readonly inputs: Feeds;
  /** The voting of an ensemble. */
  readonly vote?: Vote;
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  readonly batchSize: number;
  /** Batches are padded to a multiple of this number of tokens; by default, to their longest example. */
  readonly lengthStep?: number;
  /** The precision of the model, … */
  readonly precision: Experiment["precision"];
  /** … and whether it or its prompt was tuned: possible causes of an answer that is not a number. */
  readonly tuned: boolean;
}

/** Examples to classify. */
export interface Questions<One = LabelledEncoding> {
  readonly examples: readonly One[];
  /** The name of an example in messages, by its index. */
  readonly nameOf: (index: number) => MessagePart;
  /** Hears how many examples have been answered, after each batch. */
  readonly onAnswered?: ((done: number) => void) | undefined;
  /** Stops the answers between two batches: its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** The answers to examples, in their order. */
export interface Answers {
  /** Class logits [examples][classes]; for an ensemble, log-probabilities. */
  readonly logits: readonly (readonly number[])[];
  /** Class logits of each prompt alone, [examples][prompts][classes]; for one prompt, its own. */
  readonly ofEach: readonly (readonly (readonly number[])[])[];
  /**
   * For each example, whether the best token over the whole vocabulary is not a word of the verbalizer; absent where classes are texts.
   */
  readonly illegal?: readonly boolean[];
  /** How probable each example's right text is; only where classes are texts. */
  readonly likelihoods?: readonly TargetLikelihood[];
  /** The metrics of these. @throws {RangeError} where there are no examples */
  readonly target?: () => TargetMetrics;
}

/** Answers examples of one kind: words that stand for classes, or texts that do. */
export interface Answerer<One> {
  /** The class logits of examples, in their order, [examples][classes]. @throws {AnswerError} where one is NaN or infinite */
  logits(questions: Questions<One>): Promise<readonly (readonly number[])[]>;
  /** All answers that metrics need. @throws {AnswerError} where a class's logit is NaN or infinite */
  answers(questions: Questions<One>): Promise<Answers>;
}

/** Answers with words. @param vocabulary the number of ids that can be answered */
export function wordAnswerer(
  classifier: Classifier,
  verbalizer: Verbalizer,
  vocabulary: number,
): Answerer<LabelledEncoding> {
  return {
    logits: (questions) => classLogits(classifier, questions, verbalizer),
    answers: (questions) => answersTo(classifier, questions, verbalizer, vocabulary),
  };
}

/**
 * The class logits of examples, in their order; for an ensemble, log-probabilities.
 *
 * @returns [examples][classes]
 * @throws {AnswerError} where one is NaN or infinite
 */
export async function classLogits(
  classifier: Classifier,
  questions: Questions,
  verbalizer: Verbalizer,
): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for await (const { example, logits } of answered(classifier, questions, verbalizer, "classes")) {
    found[example] = Array.from(combined(logits, classifier));
  }
  return found;
}

/**
 * All answers that metrics need, in one pass over the examples. Logits of all words are reduced batch by batch.
 *
 * @param classifier its session gives `word_logits`
 * @param vocabulary the number of ids that can be answered
 * @throws {AnswerError} where a class's logit is NaN or infinite
 */
export async function answersTo(
  classifier: Classifier,
  questions: Questions,
  verbalizer: Verbalizer,
  vocabulary: number,
): Promise<Answers> {
  const legal = new Set(verbalizer.tokens.flat(2));
  const all: (readonly number[])[] = [];
  const ofEach: (readonly (readonly number[])[])[] = [];
  const illegal: boolean[] = [];
  for await (const { example, logits, words } of answered(classifier, questions, verbalizer, "words")) {
    ofEach[example] = logits;
    all[example] = Array.from(combined(logits, classifier));
    const rows = words.map((row) => row.subarray(0, vocabulary));
    const best = indexOfLargest(combined(rows, classifier));
    illegal[example] = !legal.has(best);
  }
  return { logits: all, ofEach, illegal };
}

/** The answer of each prompt to one example. */
interface Answer {
  /** The example's index. */
  readonly example: number;
  /** [prompts][classes] */
  readonly logits: readonly (readonly number[])[];
  /** [prompts][words], views that are valid until the next batch; empty if not requested. */
  readonly words: readonly Float32Array[];
}

/** Runs examples batch by batch, all prompts of an ensemble in one. */
async function* answered(
  { session, inputs, vote, padId, batchSize, lengthStep = 1, precision, tuned }: Classifier,
  { examples, nameOf, onAnswered, signal }: Questions,
  verbalizer: Verbalizer,
  wanted: "classes" | "words",
): AsyncGenerator<Answer> {
  const { classes } = verbalizer;
  const verbalizing = verbalizerFeeds(verbalizer);
  const prompts = vote ? tensorNamed(inputs, "prompt").dims[0] ?? 1 : 1;
  const outputs = ["class_logits", ...(wanted === "words" ? ["word_logits"] : [])];
  const atOnce = Math.max(1, Math.floor(batchSize / prompts));
  const owners = Array.from({ length: prompts }, (_, p) => p);
  const lengths = examples.map(({ ids }) => ids.length);
  const { texts } = batchLengths(examples, lengthStep);
  let done = 0;
  for (const batch of evaluationBatches(lengths, atOnce, padId !== undefined)) {
    signal?.throwIfAborted();
    const feeds = batchFeeds(batch.flatMap((i) => owners.map(() => examples[i]!)), padId, undefined, texts);
    const prompt_of_example = int64Tensor(batch.flatMap(() => owners), [batch.length * prompts]);
    const found = await session.run(
      { ...feeds, ...verbalizing, prompt_of_example, ...inputs },
      outputs,
    );
    const classLogits = tensorNamed(found, "class_logits");
    const wordLogits = wanted === "words" ? tensorNamed(found, "word_logits") : undefined;
    for (const [at, example] of batch.entries()) {
      const rows = owners.map((p) => at * prompts + p);
      const logits = rows.map((row) => Array.from(rowOf(classLogits, row)));
      const words = wordLogits ? rows.map((row) => rowOf(wordLogits, row)) : [];
      const faulty = brokenIn(logits, words, classes);
      if (faulty) throw new AnswerError({ ...faulty, text: nameOf(example), precision, tuned });
      yield { example, logits, words };
    }
    onAnswered?.(done += batch.length);
  }
}

/**
 * The first invalid logit, and its class or word. A word's may be minus infinity: models exclude words that way.
 *
 * @param logits [prompts][classes] @param words [prompts][words]
 */
function brokenIn(
  logits: readonly (readonly number[])[],
  words: readonly Float32Array[],
  classes: readonly string[],
): { of: string; logit: number } | undefined {
  for (const row of logits) {
    const faulty = row.findIndex((logit) => !Number.isFinite(logit));
    if (faulty >= 0) return { of: `'${classes[faulty]}'`, logit: row[faulty]! };
  }
  for (const row of words) {
    for (let id = 0; id < row.length; id++) {
      if (!(row[id]! < Infinity)) return { of: `the word ${id}`, logit: row[id]! };
    }
  }
  return undefined;
}

/** The combined prediction of a classifier's prompts. @param rows [prompts][classes], or [prompts][words] */
export function combined(
  rows: readonly ArrayLike<number>[],
  { vote }: Pick<Classifier, "vote">,
): ArrayLike<number> {
  if (vote) return together(rows, vote);
  const [only] = rows;
  if (only === undefined) throw new RangeError("there is no prompt, so there are no logits");
  return only;
}

/** A row of a float32 matrix, a view. */
function rowOf(tensor: Tensor, row: number): Float32Array {
  const columns = tensor.dims[1]!;
  return float32Data(tensor).subarray(row * columns, (row + 1) * columns);
}
