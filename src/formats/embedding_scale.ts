import { float32Tensor, type Tensor } from "../device/device.ts";

/** Where the vectors of a PEFT adapter enter a model whose word embeddings are multiplied by the square root of their size: after that scale, or before. */
export type Entry = "after-scale" | "before-scale";

/** Describes where vectors enter by default, and the code for which this holds. */
export function afterScaleContext(scale: number): string {
  return `after the model's scale of its word embeddings (${
    Number(scale.toPrecision(6))
  }, the square root of their size), as where the embedding module applies it (Gemma, BioGPT, XGLM and BART in transformers 5)`;
}

/** Vectors times a number, in float32. */
export function times({ data, dims }: Tensor, factor: number): Tensor {
  return float32Tensor(Float32Array.from({ length: data.length }, (_, i) => Number(data[i]) * factor), dims);
}
