/**
 * What flags can be set to.
 *
 * @module
 */

/** Where a run can compute. */
export const DEVICES = ["auto", "webgpu", "cpu", "wasm"] as const;

/** What graphs can be compiled for. */
export const DEVICE_KINDS = ["cpu", "wasm", "webgpu"] as const;

/** The precisions that a model's exports have. */
export const DTYPES = ["fp32", "fp16", "q8", "q4"] as const;

/** Where the prompt can enter. */
export const INSERTIONS = ["embedding-output", "word-embeddings"] as const;

/** What a frozen model can be computed in. */
export const PRECISIONS = ["float32", "float16"] as const;

/** How a diff can be told. */
export const DIFF_FORMATS = ["text", "markdown", "json", "html"] as const;
