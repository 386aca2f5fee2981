import { int64Tensor, type Tensor } from "../device/device.ts";
import type { RandomStream } from "../experiment/random_stream.ts";
import type { Encoded } from "./encoding.ts";

/** An encoded example with the index of its class. */
export interface LabelledEncoding extends Encoded {
  readonly label: number;
}

/** A batch as inputs of a compiled graph, int64. */
export interface BatchFeeds {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
  readonly position_ids: Tensor;
  readonly prompt_rows: Tensor;
  readonly answer_rows: Tensor;
  readonly labels: Tensor;
  readonly [name: string]: Tensor;
}

/** Batches that are sorted by length together: enough for little padding, few enough for chance to mix them. */
const BUCKET_BATCHES = 16;

/** One batch, padded on the right to its longest example. */
export function batchFeeds(examples: readonly LabelledEncoding[], padId: number): BatchFeeds {
  const batch = examples.length;
  const sequence = examples.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const padded = (of: (example: LabelledEncoding) => readonly number[], filler: number) =>
    int64Tensor(
      examples.flatMap((example) => {
        const items = of(example);
        return [...items, ...Array.from({ length: sequence - items.length }, () => filler)];
      }),
      [batch, sequence],
    );
  return {
    input_ids: padded(({ ids }) => ids, padId),
    attention_mask: padded(({ ids }) => ids.map(() => 1), 0),
    position_ids: padded(({ positions }) => positions, 0),
    prompt_rows: int64Tensor(examples.flatMap(({ promptRows }) => promptRows), [
      batch,
      examples[0]!.promptRows.length,
    ]),
    answer_rows: int64Tensor(examples.map(({ answerRow }) => answerRow), [batch]),
    labels: int64Tensor(examples.map(({ label }) => label), [batch]),
  };
}

/**
 * One epoch's batches: the examples in random order, of similar length within a batch, the batches in random order.
 *
 * @returns the indices of each batch's examples; the last one drawn may be smaller
 */
export function epochBatches(
  lengths: readonly number[],
  batchSize: number,
  stream: RandomStream,
): number[][] {
  const order = stream.shuffled(lengths.map((_, i) => i)), batches: number[][] = [];
  for (let start = 0; start < order.length; start += batchSize * BUCKET_BATCHES) {
    const bucket = order.slice(start, start + batchSize * BUCKET_BATCHES).sort((a, b) =>
      lengths[a]! - lengths[b]!
    );
    for (let at = 0; at < bucket.length; at += batchSize) batches.push(bucket.slice(at, at + batchSize));
  }
  return stream.shuffled(batches);
}

/** Batches for evaluation: all examples, sorted by length, so that padding costs little. */
export function evaluationBatches(lengths: readonly number[], batchSize: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return Array.from(
    { length: Math.ceil(order.length / batchSize) },
    (_, i) => order.slice(i * batchSize, (i + 1) * batchSize),
  );
}
