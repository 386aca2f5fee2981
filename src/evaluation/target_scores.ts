import { int64Tensor } from "../device/device.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";
import { batchLengths } from "../prompt/batch_lengths.ts";
import { evaluationBatches } from "../prompt/batches.ts";
import type { TargetEncoded } from "../prompt/target_encoding.ts";
import { textBatchFeeds } from "../prompt/text_batches.ts";
import { AnswerError } from "./answer_error.ts";
import type { Classifier, Questions } from "./predict.ts";
import { largestOf } from "./softmax.ts";
import type { TargetLikelihood } from "./text_metrics.ts";

/** The scores of a text's target. */
export interface ScoredTarget {
  /** The target's index. */
  readonly index: number;
  /** The logarithms of its tokens' probabilities, [prompts][tokens]. */
  readonly logprobs: readonly Float32Array[];
}

/**
 * Scores targets batch by batch, all prompts of an ensemble in one.
 *
 * @param classifier its session is a compiled `predict` graph with `target_logprobs`
 * @param onScored hears how many have been scored, after each batch
 * @param signal stops it between two batches: its reason is thrown
 */
export async function* scoredTargets(
  { session, inputs, vote, padId, batchSize, lengthStep = 1 }: Classifier,
  targets: readonly TargetEncoded[],
  onScored: (done: number) => void = () => {},
  signal?: AbortSignal,
): AsyncGenerator<ScoredTarget> {
  const prompts = vote ? tensorNamed(inputs, "prompt").dims[0] ?? 1 : 1;
  const owners = Array.from({ length: prompts }, (_, p) => p);
  const atOnce = Math.max(1, Math.floor(batchSize / prompts));
  const lengths = targets.map(({ ids }) => ids.length);
  const padded = batchLengths(targets, lengthStep);
  let done = 0;
  for (const batch of evaluationBatches(lengths, atOnce, padId !== undefined)) {
    signal?.throwIfAborted();
    const feeds = textBatchFeeds(
      batch.flatMap((i) => owners.map(() => targets[i]!)),
      padId,
      undefined,
      padded,
    );
    const prompt_of_example = int64Tensor(batch.flatMap(() => owners), [batch.length * prompts]);
    const found = await session.run({ ...feeds, prompt_of_example, ...inputs }, ["target_logprobs"]);
    const logprobs = tensorNamed(found, "target_logprobs");
    const data = float32Data(logprobs);
    const columns = logprobs.dims[1]!;
    for (const [at, index] of batch.entries()) {
      const { length } = targets[index]!.targetIds;
      const rows = owners.map((p) => (at * prompts + p) * columns);
      yield { index, logprobs: rows.map((start) => data.slice(start, start + length)) };
    }
    onScored(done += batch.length);
  }
}

/** The tokens of a target, or some of them, whose likelihood is asked for. */
export interface AskedSpan {
  readonly target: TargetEncoded;
  readonly from: number;
  readonly to: number;
  /** What it is the likelihood of, in messages. */
  readonly of: string;
}

/** How probable the tokens of targets are, in their order; for an ensemble, by the mean of its prompts. @throws {AnswerError} where one is not a number */
export async function likelihoodsOf(
  classifier: Classifier,
  spans: readonly AskedSpan[],
  { nameOf, onAnswered, signal }: Omit<Questions<never>, "examples">,
): Promise<TargetLikelihood[]> {
  const { precision, tuned } = classifier;
  const likelihoods: TargetLikelihood[] = [];
  const targets = spans.map(({ target }) => target);
  for await (const { index, logprobs } of scoredTargets(classifier, targets, onAnswered, signal)) {
    const { from, to, of } = spans[index]!;
    const nll = -meanLikelihood(logprobs.map((row) => sumOf(row.subarray(from, to))));
    if (!Number.isFinite(nll)) {
      throw new AnswerError({ of, logit: -nll, text: nameOf(index), precision, tuned });
    }
    likelihoods[index] = { nll, tokens: to - from };
  }
  return likelihoods;
}

/** The logarithm of the mean of probabilities that are given by their logarithms. */
export function meanLikelihood(logarithms: readonly number[]): number {
  const largest = largestOf(logarithms);
  const total = logarithms.reduce((sum, one) => sum + Math.exp(one - largest), 0);
  return largest + Math.log(total / logarithms.length);
}

/** The sum of numbers. */
export function sumOf(numbers: Float32Array): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
