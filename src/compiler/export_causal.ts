import { findEmbedding } from "./analysis/embedding_layer.ts";
import { causalFile, type CausalFrame } from "./backend/causal_file.ts";
import type { WeightStorage } from "./backend/stored_weights.ts";
import type { OnnxFile } from "./frontend/onnx_file.ts";
import type { Constant } from "./graph/graph.ts";
import { promptPlace } from "./passes/prompt_place.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import type { Insertion } from "./passes/splice.ts";
import { frontend } from "./pipeline.ts";

/** A prompt in front of a causal model's texts. */
export interface CausalPrompt extends Omit<CausalFrame, "vectors"> {
  /** float32 [length, dimension], and where they enter; absent for a hard prompt. */
  readonly vectors: { readonly rows: Constant; readonly insertion: Insertion } | undefined;
}

/**
 * Bakes a prompt into a causal model that keeps keys and values (`past_key_values.*`): its own file, which is called as before, with
 * `input_ids` and `attention_mask` of the text alone. Where its past is empty it reads the vectors and the template's words around the
 * text; on every call its mask is lengthened by them, and positions are counted from the mask. Padding belongs before texts, as
 * where a model continues several.
 *
 * @param storage what weights are stored as
 * @throws {CompileError} where the model keeps no keys and values, has no mask or positions, or its embeddings cannot be recognized in its file
 */
export function exportCausal(file: OnnxFile, prompt: CausalPrompt, storage?: WeightStorage): Uint8Array {
  const { vectors, ...frame } = prompt;
  return causalFile(
    file,
    { ...frame, vectors: vectors && { rows: vectors.rows, place: placeOf(file, vectors.insertion) } },
    storage,
  );
}

/** The embeddings that a prompt's vectors take the place of, by their name in the file, which the first passes keep. */
function placeOf(file: OnnxFile, insertion: Insertion): string {
  const { graph } = runPasses(noGraph(file.path), frontend(file), {});
  return promptPlace(findEmbedding(graph), insertion).name;
}
