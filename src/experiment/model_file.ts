import { DEFAULTS, type ModelKeys } from "./experiment_file.ts";
import type { ModelSpec } from "./types.ts";

/** How transformers.js marks the names of the files that exports of each precision come in. */
const SUFFIXES = { fp32: "", fp16: "_fp16", q8: "_quantized", q4: "_q4" } as const satisfies Readonly<
  Record<NonNullable<ModelKeys["dtype"]>, string>
>;

/** Writes out which file of a model is meant: where transformers.js looks for it. */
export function resolveModel(
  { source, revision, file, dtype = DEFAULTS.model.dtype }: ModelKeys,
): ModelSpec {
  return {
    source,
    ...(revision !== undefined && { revision }),
    file: file ?? `onnx/model${SUFFIXES[dtype]}.onnx`,
  };
}
