import { canonicalize } from "../src/compiler/passes/canonicalize.ts";
import { symbol } from "../src/compiler/graph/dimension.ts";
import { emit, type Emitted } from "../src/compiler/backend/emit.ts";
import { liveNodes } from "../src/compiler/graph/graph.ts";
import { importModel } from "../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { copyNode, rewrite } from "../src/compiler/ops/rewrite.ts";

const BATCH = symbol("batch");

/**
 * A BERT's own forward pass, all layers over all tokens as exported, with its head reduced to the answer row of each example:
 * what a frugal user would run to classify, and what a training step is measured against.
 *
 * @returns a graph from `input_ids`, `attention_mask` and `answer_rows` int64 [batch] to logits [batch, 1, vocabulary]
 */
export function ownForward(bytes: Uint8Array, path: string): Emitted {
  const graph = canonicalize(importModel(readOnnxFile(bytes, path)));
  // The head has a norm of its own; the one before it ends the last layer.
  const last = liveNodes(graph).filter(({ op }) => op === "LayerNormalization").at(-2);
  const cut = rewrite(graph, (node, inputs, b) => {
    if (node !== last) return undefined;
    const [hidden] = copyNode(b, node, inputs);
    const rows = b.input("answer_rows", "int64", [BATCH]);
    return [b.op("GatherND", [hidden!, b.reshape(rows, [BATCH, 1, 1])], { batch_dims: 1 })];
  });
  return emit(cut, "own_forward");
}
