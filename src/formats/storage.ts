import type { WeightStorage } from "../compiler/mod.ts";

/** What weights are stored as, by the names that transformers.js has for it. */
export const STORAGE = { fp32: "float32", fp16: "float16", q8: "int8" } as const satisfies Readonly<
  Record<string, WeightStorage>
>;
