import { int64Tensor } from "../device/device.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";
import { evaluationBatches } from "../prompt/batches.ts";
import type { TargetEncoded } from "../prompt/target_encoding.ts";
import { textBatchFeeds } from "../prompt/text_batches.ts";
import type { Classifier } from "./predict.ts";

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
  { session, inputs, vote, padId, batchSize }: Classifier,
  targets: readonly TargetEncoded[],
  onScored: (done: number) => void = () => {},
  signal?: AbortSignal,
): AsyncGenerator<ScoredTarget> {
  const prompts = vote ? tensorNamed(inputs, "prompt").dims[0] ?? 1 : 1;
  const owners = Array.from({ length: prompts }, (_, p) => p);
  const atOnce = Math.max(1, Math.floor(batchSize / prompts));
  const lengths = targets.map(({ ids }) => ids.length);
  let done = 0;
  for (const batch of evaluationBatches(lengths, atOnce, padId !== undefined)) {
    signal?.throwIfAborted();
    const feeds = textBatchFeeds(batch.flatMap((i) => owners.map(() => targets[i]!)), padId);
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
