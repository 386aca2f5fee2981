import { float32Tensor, int64Tensor, type Tensor } from "../device/device.ts";
import { asLongAsNeeded, type BatchLengths } from "./batch_lengths.ts";
import { rowFeeds } from "./batches.ts";
import type { TargetEncoded } from "./target_encoding.ts";

/**
 * A batch of texts with answers as inputs of a compiled graph: int64, weights float32. With `target_rows` for a causal or a masked
 * model, with `decoder_input_ids` for an encoder-decoder, both [batch, target].
 */
export interface TextBatchFeeds {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
  readonly position_ids: Tensor;
  readonly prompt_rows: Tensor;
  /** [batch, target] */
  readonly target_ids: Tensor;
  /** [batch, target]; 0: padding */
  readonly target_weights: Tensor;
  readonly [name: string]: Tensor;
}

/**
 * One batch, texts padded on the right to the longest of them, or further, and answers likewise.
 *
 * @param padId `undefined` where the model would read padding: the texts then have one length
 * @param weights the weight of each example's tokens; 1 by default
 */
export function textBatchFeeds(
  examples: readonly TargetEncoded[],
  padId: number | undefined,
  weights?: readonly number[],
  lengths: BatchLengths = { texts: asLongAsNeeded, targets: asLongAsNeeded },
): TextBatchFeeds {
  const batch = examples.length;
  const target = lengths.targets(
    examples.reduce((most, { targetIds }) => Math.max(most, targetIds.length), 0),
  );
  const places = Array.from({ length: target }, (_, i) => i);
  // What stands in padded places has no weight, and need only exist: the first row, the first token.
  const padded = (of: (example: TargetEncoded) => readonly number[]) =>
    int64Tensor(examples.flatMap((example) => places.map((i) => of(example)[i] ?? 0)), [batch, target]);
  const read = examples.every((one) => one.kind === "rows")
    ? { target_rows: padded((one) => one.kind === "rows" ? one.targetRows : []) }
    : { decoder_input_ids: padded((one) => one.kind === "decoder" ? one.decoderIds : []) };
  return {
    ...rowFeeds(examples, padId, lengths.texts),
    ...read,
    target_ids: padded(({ targetIds }) => targetIds),
    target_weights: float32Tensor(
      Float32Array.from(
        examples.flatMap(({ targetIds }, at) =>
          places.map((i) => i < targetIds.length ? weights?.[at] ?? 1 : 0)
        ),
      ),
      [batch, target],
    ),
  };
}
