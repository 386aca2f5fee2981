import { float32Tensor, type Tensor } from "../device/device.ts";

/** Where the vectors of a PEFT adapter enter a model that multiplies its word embeddings by a number: after the scale, or before. */
export type Entry = "after-scale" | "before-scale";

/** The largest relative rounding error of a square root in 16 bits. */
const ROUNDING = 2 ** -8;

/**
 * Where an adapter's vectors enter in transformers 5, judging by the number. The square root of the vectors' size belongs to
 * the embedding module itself (Gemma, BioGPT, XGLM, BART): PEFT's vectors enter after it. Another number is a setting of the
 * model, which its code multiplies `inputs_embeds` by (Granite's `embedding_multiplier`): they enter before it. An exported
 * graph looks the same in both.
 *
 * @param scale that the rows of the word table are multiplied by
 * @param dimension numbers of a vector
 */
export function entryOf(scale: number, dimension: number): Entry {
  const root = Math.sqrt(dimension);
  return Math.abs(scale - root) <= ROUNDING * root ? "after-scale" : "before-scale";
}

/** Describes where vectors enter, and the code for which this holds. */
export function withEntryContext(entry: Entry, scale: number): string {
  const number = Number(scale.toPrecision(6));
  return entry === "after-scale"
    ? `after the model's scale of its word embeddings (${number}, the square root of their size), as where the embedding module applies it (Gemma, BioGPT, XGLM and BART in transformers 5)`
    : `before the model's scale of its word embeddings (${number}), as where the model's code multiplies 'inputs_embeds' (Granite)`;
}

/** Vectors times a number, in float32. */
export function times({ data, dims }: Tensor, factor: number): Tensor {
  return float32Tensor(Float32Array.from({ length: data.length }, (_, i) => Number(data[i]) * factor), dims);
}
