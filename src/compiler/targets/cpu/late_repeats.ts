import { sameShape } from "../../graph/dimension.ts";
import type { Graph, PassLog, Value } from "../../graph/graph.ts";
import type { Builder } from "../../ops/builder.ts";
import { definitionOf } from "../../ops/mod.ts";
import { broadcast } from "../../ops/op_definition.ts";
import { copyNode, rewrite } from "../../ops/rewrite.ts";

/**
 * Repeats the results of elementwise operators instead of what they are computed from, as a mask of each text, which exporters
 * repeat for each of its tokens before they make scores of it. The results are the same, to the bit.
 */
export function repeatLate(graph: Graph, log: PassLog = () => {}): Graph {
  /** What a repeated tensor repeats. */
  const repeats = new Map<Value, Value>();
  const repeated = (b: Builder, value: Value, shape: Value["shape"]) => {
    const whole = b.expand(value, shape);
    repeats.set(whole, value);
    return whole;
  };
  return rewrite(graph, (node, inputs, b) => {
    const { isElementwise, movement } = definitionOf(node.op);
    const [output] = node.outputs;
    if (output!.integers !== undefined) return undefined;
    if (movement === "repeat" && node.op === "Expand") return [repeated(b, inputs[0]!, output!.shape)];
    const own = inputs.map((input) => input === null ? null : repeats.get(input) ?? input);
    if (isElementwise !== true || own.every((input, i) => input === inputs[i])) return undefined;
    const shape = own.reduce<Value["shape"]>(
      (all, input) => input === null ? all : broadcast(all, input.shape),
      [],
    );
    if (sameShape(shape, output!.shape)) return undefined;
    log("repeated later", "tensors");
    return [repeated(b, copyNode(b, node, own)[0]!, output!.shape)];
  });
}
