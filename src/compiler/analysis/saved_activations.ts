import { bytesPerElement } from "../graph/element_types.ts";
import { add, type Dimension, multiply, product } from "../graph/dimension.ts";
import { ancestors, type Graph, type Node, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { executionOrder } from "./execution_order.ts";

/**
 * The bytes that a training step must keep from its forward pass for its backward pass, in terms of the symbols: most of the memory
 * of a step. Weights and values computed only from shapes are not included.
 *
 * @param graph a training step, with the output `loss`
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compile, evaluate, type Graph, savedActivationBytes } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const passes: Graph[] = [];
 * compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
 *   onPass: (_pass, graph) => passes.push(graph),
 * });
 * const step = passes.at(-1)!;
 * const bytes = evaluate(savedActivationBytes(step), { batch: 16, sequence: 32, length: 10, classes: 2, words: 2 });
 * assert(bytes > 2 ** 20);
 * ```
 */
export function savedActivationBytes(graph: Graph): Dimension {
  const nodes = executionOrder(graph);
  const loss = graph.outputs.get("loss")!;
  const others = [...graph.outputs.values()].filter((output) => output !== loss);
  // The loss itself is computed at the end; its gradient needs only what it is computed from.
  const isReadBack = new Set<Node>(others.flatMap((output) => [...ancestors(output)]));
  const before = ancestors(loss);
  // What is computed ahead of the backward pass, although only that needs it, keeps nothing of what it is computed from.
  const last = nodes.findLastIndex((node) => before.has(node) && isReadBack.has(node));
  const forward = new Set(nodes.slice(0, last + 1));
  const kept = new Set<Value>();
  for (const node of nodes) {
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
