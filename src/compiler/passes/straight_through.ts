import type { Builder } from "../ops/builder.ts";
import { type ElementType, isFloat } from "../graph/element_types.ts";
import type { Node, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/** A node as its row differentiates it, and the gradients of its outputs. */
interface Differentiated {
  readonly node: Node;
  readonly flowing: readonly (Value | undefined)[];
}

/**
 * The straight-through estimator (Bengio et al. 2013): a node on whole numbers that real ones were rounded to is differentiated
 * as the same node on real numbers. Where gradients flow into whole numbers, the outputs and the inputs of their type parameter
 * are cast to the gradients' type; indices, axes and shapes have type parameters of their own and stay as they are.
 *
 * @param flowing the gradients of the node's outputs, of float types
 */
export function onRealNumbers(
  b: Builder,
  node: Node,
  flowing: readonly (Value | undefined)[],
): Differentiated {
  const at = flowing.findIndex((dy, i) => dy !== undefined && !isFloat(node.outputs[i]!.type));
  if (at < 0) return { node, flowing };
  const { type } = flowing[at]!;
  const whole = node.outputs[at]!.type;
  const isNumber = numbersOf(node, at, type);
  return {
    node: {
      ...node,
      inputs: node.inputs.map((input, i) => input !== null && isNumber(i) ? b.cast(input, type) : input),
      outputs: node.outputs.map((output) => output.type === whole ? b.cast(output, type) : output),
    },
    flowing: flowing.map((dy) => dy && b.cast(dy, type)),
  };
}

/** Tells which inputs have the type parameter of an output: with another type there, the row infers another one for the output. */
function numbersOf({ op, inputs, attributes, outputs }: Node, at: number, type: ElementType) {
  const { signature, infer } = definitionOf(op);
  const { type: whole } = outputs[at]!;
  const parameterAt = (i: number) => signature[Math.min(i, signature.length - 1)]!.type;
  const decides = (parameter: string) => {
    const others = inputs.map((input, i) =>
      input && parameterAt(i) === parameter ? { ...input, type } : input
    );
    return infer({ inputs: others, attributes, outputs: outputs.length })[at]!.type === type;
  };
  const candidates = new Set(inputs.flatMap((input, i) => input?.type === whole ? [parameterAt(i)] : []));
  const own = [...candidates].find(decides);
  return (i: number) => parameterAt(i) === own;
}
