import { DEFAULTS, type ModelKeys } from "./experiment_file.ts";
import type { ModelSpec } from "./types.ts";

/** The suffixes by which transformers.js names the files of each precision. */
const SUFFIXES = { fp32: "", fp16: "_fp16", q8: "_quantized", q4: "_q4" } as const satisfies Readonly<
  Record<NonNullable<ModelKeys["dtype"]>, string>
>;

/** The file of a precision, from the model's folder. @param part which of a model's files: `encoder_model`, … */
export function modelFile(dtype: NonNullable<ModelKeys["dtype"]>, part = "model"): string {
  return `onnx/${part}${SUFFIXES[dtype]}.onnx`;
}

/** Resolves the file of a model, by the naming of transformers.js. */
export function resolveModel(
  { source, revision, file, dtype = DEFAULTS.model.dtype }: ModelKeys,
): ModelSpec {
  return {
    source,
    ...(revision !== undefined && { revision }),
    file: file ?? modelFile(dtype),
  };
}
