import type { Embedding } from "../analysis/embedding_layer.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import { ancestors, dependents, liveNodes, type Node, type Value } from "../graph/graph.ts";
import type { Insertion } from "./splice.ts";
import { isTokenWise } from "../analysis/token_wise.ts";

/**
 * The value whose rows a prompt's vectors replace. The token ids at these rows matter neither to the prompt's tokens nor to
 * those of the text: the model reads ids nowhere else, and each embedding depends only on its own token.
 *
 * @throws {CompileError} naming the node, where that does not hold, or where the rows are not float32
 */
export function promptPlace({ graph, words, output }: Embedding, insertion: Insertion): Value {
  const place = insertion === "embedding-output" ? output : words;
  const nodes = liveNodes(graph);
  const before = ancestors(place);
  if (place.type !== "float32") {
    const reader = nodes.find(({ inputs }) => inputs.includes(place));
    const way = output.type === "float32"
      ? "set 'insertion: embedding-output'"
      : "this model takes only hard prompts";
    throw new CompileError(
      `${graph.source}: the word embeddings are ${place.type}, which operator ${reader?.op} of node '${reader?.name}' reads as they are stored, and a prompt's vectors are float32: ${way}`,
    );
  }
  const inputs = graph.inputs.filter(({ name }) => name === "input_ids" || name === "attention_mask");
  const fromInputs = dependents(nodes, inputs);
  const reads = (from: ReadonlySet<Value>) => ({ inputs }: Node) =>
    inputs.some((input) => input !== null && from.has(input));
  const mixing = nodes.filter((node) => before.has(node) && !isTokenWise(node)).find(reads(fromInputs));
  if (mixing) {
    throw new CompileError(
      `${graph.source}: ${
        operatorOfNode(mixing.op, mixing.name)
      } puts something of all tokens into each token's embedding, so that a soft prompt would change the text's: this model takes only hard prompts`,
    );
  }
  const elsewhere = nodes.filter((node) => !node.outputs.includes(place));
  const fromIds = dependents(elsewhere, inputs.filter(({ name }) => name === "input_ids"));
  const outside = elsewhere.filter((node) => !before.has(node)).find(reads(fromIds));
  if (outside && [...graph.outputs.values()].some((value) => fromIds.has(value))) {
    throw new CompileError(
      `${graph.source}: ${
        operatorOfNode(outside.op, outside.name)
      } depends on token ids, which a soft prompt has none of: this model takes only hard prompts, or export it with an input 'attention_mask' if that is what it makes of the ids`,
    );
  }
  return place;
}
