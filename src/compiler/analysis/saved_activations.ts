import { bytesPerElement } from "../graph/element_types.ts";
import { add, type Dimension, multiply, product } from "../graph/dimension.ts";
import { ancestors, type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/**
 * The bytes that a training step must keep from its forward pass for its backward pass, in terms of the symbols: most of the memory
 * of a step. Weights and values computed from shapes alone are not included.
 *
 * @param graph a training step, with the output `loss`
 */
export function savedActivationBytes(graph: Graph): Dimension {
  const forward = ancestors(graph.outputs.get("loss")!);
  const kept = new Set<Value>();
  for (const node of liveNodes(graph)) {
    if (forward.has(node)) continue;
    for (const input of node.inputs) {
      if (input?.producer && forward.has(input.producer) && input.integers === undefined) {
        kept.add(stored(input));
      }
    }
  }
  return [...kept].reduce<Dimension>(
    (total, { type, shape }) => add(total, multiply(bytesPerElement(type), product(shape))),
    0,
  );
}

/** The value whose memory a view shares. */
function stored(value: Value): Value {
  const { producer } = value;
  return producer && definitionOf(producer.op).movement === "view" ? stored(producer.inputs[0]!) : value;
}
