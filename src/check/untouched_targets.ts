import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { TargetEncoded } from "../prompt/target_encoding.ts";
import { type PlainFeeding, untouchedFeeds, untouchedRows } from "./untouched_model.ts";

/** A model's own files in plain ONNX Runtime. */
export interface UntouchedFiles {
  /** The whole model, or the encoder. */
  readonly file: InferenceSession;
  /** The decoder of an encoder-decoder. */
  readonly decoder: InferenceSession | undefined;
}

/**
 * The logits over the whole vocabulary from which a model's own files predict the tokens of an answer.
 *
 * @param text alone, without padding
 * @returns float32 [words] for each token
 * @throws {RangeError} where a file lacks an output, or has an unknown input
 */
export async function untouchedTargets(
  { file, decoder }: UntouchedFiles,
  text: TargetEncoded,
  feeding: PlainFeeding,
): Promise<Float32Array[]> {
  if (text.kind === "rows") {
    const logits = await untouchedRows(file, [text], feeding);
    return text.targetRows.map((row) => logits(0, row));
  }
  if (decoder === undefined) throw new RangeError("an encoder-decoder has no decoder");
  const given = await encoded(file, text, feeding);
  const { decoderIds: ids } = text;
  const read = { ids, positions: ids.map((_, i) => i) };
  const logits = await untouchedRows(decoder, [read], feeding, given);
  return ids.map((_, row) => logits(0, row));
}

/** What an encoder gives its decoder, by the names of the decoder's inputs. */
async function encoded(
  encoder: InferenceSession,
  text: TargetEncoded,
  feeding: PlainFeeding,
): Promise<Map<string, OrtTensor>> {
  const { Tensor } = await import("onnxruntime-node");
  const outputs = await encoder.run(await untouchedFeeds(encoder, [text], feeding));
  const states = outputs.last_hidden_state ?? Object.values(outputs).find(({ dims }) => dims.length === 3);
  if (states === undefined) throw new RangeError("its encoder has no output [batch, sequence, size]");
  const mask = new Tensor("int64", BigInt64Array.from(text.ids, () => 1n), [1, text.ids.length]);
  return new Map([["encoder_hidden_states", states], ["encoder_attention_mask", mask]]);
}
