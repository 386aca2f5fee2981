import type { Graph } from "../graph/graph.ts";
import { readsOf } from "../graph/uses.ts";
import { definitionOf } from "../ops/mod.ts";
import { rewrite } from "../ops/rewrite.ts";

/**
 * An activation's slope needs most of what the activation itself is computed from: GELU's, for example, 1 + erf(x/√2). Where the
 * backward pass computes the slope, and so reads the activation's input, the forward pass computes the activation from the same parts.
 */
export function shareSlope(graph: Graph): Graph {
  const readers = readsOf(graph);
  return rewrite(graph, (node, inputs, b) => {
    const { inParts } = definitionOf(node.op);
    if (inParts === undefined || readers.get(node.inputs[0]!)!.length === 1) return undefined;
    // The same nodes again: the next simplification finds them equal.
    return [inParts(b, node, inputs)];
  });
}
