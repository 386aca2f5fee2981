import { scalarOf } from "../graph/constants.ts";
import { type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { rewrite } from "../ops/rewrite.ts";

/**
 * GELU's slope needs 1 + erf(x/√2), which is most of the work of GELU itself. Where the backward pass computes it anyway, the
 * forward pass computes GELU from it: x/2 · (1 + erf(x/√2)).
 */
export function shareGelu(graph: Graph): Graph {
  const raised = new Set<Value>();
  for (const node of liveNodes(graph)) {
    const [erf, one] = node.inputs;
    const x = erf?.producer?.inputs[0]?.producer?.inputs[0];
    const isIt = node.op === "Add" && erf?.producer?.op === "Erf" && scalarOf(one) === 1 &&
      erf.producer.inputs[0]?.producer?.op === "Mul";
    if (isIt && x) raised.add(x);
  }
  return rewrite(graph, (node, inputs, b) => {
    const [x] = node.inputs;
    if (node.op !== "com.microsoft.Gelu" || !x || !raised.has(x)) return undefined;
    // The same nodes again: the next simplification finds them equal.
    const erf = b.op("Erf", [b.multiply(inputs[0]!, b.scalar(Math.SQRT1_2))]);
    return [b.multiply(b.multiply(inputs[0]!, b.add(erf, b.scalar(1))), b.scalar(0.5))];
  });
}
