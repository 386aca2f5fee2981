import type { ModelSpec } from "./types.ts";

/** The precisions that exports come in, and how transformers.js marks the names of their files. */
const SUFFIXES = { fp32: "", fp16: "_fp16", q8: "_quantized", q4: "_q4" } as const;

/** A model as a person may write it: its file by name, by precision, or neither. */
export interface GivenModel {
  source: string;
  revision?: string | undefined;
  file?: string | undefined;
  dtype?: keyof typeof SUFFIXES | undefined;
}

/** Writes out which file of a model is meant: where transformers.js looks for it. */
export function resolveModel({ source, revision, file, dtype = "fp32" }: GivenModel): ModelSpec {
  return {
    source,
    ...(revision !== undefined && { revision }),
    file: file ?? `onnx/model${SUFFIXES[dtype]}.onnx`,
  };
}
