import { canonicalize } from "./canonicalize.ts";
import { exposePositions, findEmbedding } from "./embedding_layer.ts";
import { CompileError } from "./errors.ts";
import { liveNodes } from "./graph.ts";
import { importModel } from "./import.ts";
import type { OnnxFile } from "./onnx_file.ts";

/** What a model's graph says of the model, whatever the files around it say. */
export interface ModelFacts {
  /** Rows of the table of word embeddings: ids from 0 up to this can be read. */
  readonly rows: number;
  /** Words that the logits are over: ids from 0 up to this can be answered. */
  readonly words: number;
  /** What the rows of the word table are multiplied by to be the word embeddings; 1 where there is no such scale. */
  readonly scale: number;
  /** The inputs that the logits depend on once positions are one of them, by their names. */
  readonly inputs: readonly string[];
}

/**
 * Finds out what a model's graph says of the model.
 *
 * @throws {CompileError} where the graph is no language model that the compiler knows
 */
export function factsOf(file: OnnxFile): ModelFacts {
  const graph = exposePositions(canonicalize(importModel(file))), { lookup, scale } = findEmbedding(graph);
  const rows = lookup.inputs[0]!.shape[0], words = graph.outputs.get("logits")!.shape[2];
  if (typeof rows !== "number" || typeof words !== "number") {
    throw new CompileError(
      `${file.path}: the sizes of its vocabulary are not known (${rows} rows, ${words} words)`,
    );
  }
  const read = new Set(liveNodes(graph).flatMap(({ inputs }) => inputs));
  return {
    rows,
    words,
    scale,
    inputs: graph.inputs.filter((input) => read.has(input)).map(({ name }) => name),
  };
}
