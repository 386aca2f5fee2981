import { float32Tensor, int64Tensor, type Tensor } from "../device/device.ts";
import type { RandomStream } from "../base/random_stream.ts";
import { asLongAsNeeded, type RowLength } from "./batch_lengths.ts";
import type { Encoded } from "./encoding.ts";

/** An encoded example with the index of its class. */
export interface LabelledEncoding extends Encoded {
  readonly label: number;
}

/** A batch as inputs of a compiled graph: int64, weights float32. */
export interface BatchFeeds {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
  readonly position_ids: Tensor;
  readonly prompt_rows: Tensor;
  readonly answer_rows: Tensor;
  readonly labels: Tensor;
  /** Only with class weights. */
  readonly example_weights?: Tensor;
  readonly [name: string]: Tensor;
}

/** The number of batches sorted by length together: enough for little padding, few enough to keep batches random. */
const BUCKET_BATCHES = 16;

/**
 * One batch, padded on the right to its longest example, or further.
 *
 * @param padId `undefined` where the model would read padding: the examples then have one length, and so has the batch
 * @param classWeights one weight per class, where they differ
 */
export function batchFeeds(
  examples: readonly LabelledEncoding[],
  padId: number | undefined,
  classWeights?: readonly number[],
  length: RowLength = asLongAsNeeded,
): BatchFeeds {
  return {
    ...rowFeeds(examples, padId, length),
    answer_rows: int64Tensor(examples.map(({ answerRow }) => answerRow), [examples.length]),
    labels: int64Tensor(examples.map(({ label }) => label), [examples.length]),
    ...(classWeights && {
      example_weights: float32Tensor(
        Float32Array.from(examples, ({ label }) => classWeights[label]!),
        [examples.length],
      ),
    }),
  };
}

/** The rows that a model reads, and where the prompt is among them. @param padId as for {@linkcode batchFeeds} */
export function rowFeeds(
  examples: readonly Pick<Encoded, "ids" | "positions" | "promptRows">[],
  padId: number | undefined,
  length: RowLength = asLongAsNeeded,
): Pick<BatchFeeds, "input_ids" | "attention_mask" | "position_ids" | "prompt_rows"> {
  const batch = examples.length;
  const longest = examples.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  if (padId === undefined && examples.some(({ ids }) => ids.length < longest)) {
    throw new RangeError("a batch for a model that reads padding has examples of several lengths");
  }
  const sequence = padId === undefined ? longest : length(longest);
  const padded = (of: (example: typeof examples[number]) => readonly number[], filler: number) =>
    int64Tensor(
      examples.flatMap((example) => {
        const items = of(example);
        return [...items, ...Array.from({ length: sequence - items.length }, () => filler)];
      }),
      [batch, sequence],
    );
  return {
    input_ids: padded(({ ids }) => ids, padId ?? 0),
    attention_mask: padded(({ ids }) => ids.map(() => 1), 0),
    position_ids: padded(({ positions }) => positions, 0),
    prompt_rows: int64Tensor(examples.flatMap(({ promptRows }) => promptRows), [
      batch,
      examples[0]!.promptRows.length,
    ]),
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
  const order = stream.shuffled(lengths.map((_, i) => i));
  const batches: number[][] = [];
  for (let start = 0; start < order.length; start += batchSize * BUCKET_BATCHES) {
    const bucket = order.slice(start, start + batchSize * BUCKET_BATCHES).sort((a, b) =>
      lengths[a]! - lengths[b]!
    );
    for (let at = 0; at < bucket.length; at += batchSize) batches.push(bucket.slice(at, at + batchSize));
  }
  return stream.shuffled(batches);
}

/**
 * Batches for evaluation: all examples, sorted by length, to minimize padding.
 *
 * @param isPadded whether examples of several lengths may be in one batch
 */
export function evaluationBatches(
  lengths: readonly number[],
  batchSize: number,
  isPadded = true,
): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const groups = isPadded ? [order] : ofOneLength(order, (i) => lengths[i]!);
  return groups.flatMap((group) => slicesOf(group, batchSize));
}

/**
 * The parts that a batch is computed in.
 *
 * @param most the largest number of examples of a part
 * @param padId `undefined` where the model would read padding: the examples of each part then have one length
 */
export function batchParts<One extends Pick<Encoded, "ids">>(
  examples: readonly One[],
  most: number,
  padId: number | undefined,
): One[][] {
  const parts = slicesOf(examples, most);
  return padId === undefined ? parts.flatMap((part) => ofOneLength(part, ({ ids }) => ids.length)) : parts;
}

/** Items in groups of the same length, in order of first appearance. */
function ofOneLength<Item>(items: readonly Item[], lengthOf: (item: Item) => number): Item[][] {
  return [...Map.groupBy(items, lengthOf).values()];
}

function slicesOf<Item>(items: readonly Item[], most: number): Item[][] {
  return Array.from(
    { length: Math.ceil(items.length / most) },
    (_, i) => items.slice(i * most, (i + 1) * most),
  );
}
