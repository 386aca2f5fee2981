import { product } from "../../graph/dimension.ts";
import type { Graph, Node, PassLog, Value } from "../../graph/graph.ts";
import { Builder } from "../../ops/builder.ts";
import { floatAttribute, integerAttribute } from "../../ops/op_definition.ts";
import { copyNode, rewrite } from "../../ops/rewrite.ts";
import { flowAt } from "./factor_flow.ts";
import { planFactors } from "./factor_plan.ts";

/**
 * Multiplies by numbers within products with weights, as `Gemm` does with its alpha and beta: a multiplication by a number is
 * left out, and what is computed from its result is multiplied instead, as far as it passes factors on, until a product with a weight
 * takes the factor along at no cost, or an operator needs the number itself. Products with weights may be multiplied in advance
 * (`planFactors`).
 */
export function multiplyWithinProducts(graph: Graph, log: PassLog = () => {}): Graph {
  const plan = planFactors(graph);
  const factors = new Map<Value, number>();
  const factorOf = (value: Value) => factors.get(value) ?? 1;
  /** What was multiplied, by the number and the value. */
  const paid = new Map<Value, Map<number, Value>>();
  const pay = (b: Builder, value: Value, factor: number, now: Value) => {
    const before = paid.get(value) ?? new Map<number, Value>();
    const multiplied = before.get(factor) ?? b.multiply(now, b.scalar(factor));
    paid.set(value, before.set(factor, multiplied));
    return multiplied;
  };
  const rewritten = rewrite(graph, (node, inputs, b) => {
    const { factor, owed, passes, product } = flowAt(node, factorOf, plan);
    if (factor !== 1) { for (const output of node.outputs) factors.set(output, factor); }
    if (passes !== undefined) {
      log("multiplied within products", node.op);
      return [inputs[passes]!];
    }
    if (product !== undefined) return [scaledProduct(b, node, inputs, product)];
    const given = inputs.map((input, at) => {
      const by = owed.get(at);
      return by === undefined ? input : pay(b, node.inputs[at]!, by, input!);
    });
    return copyNode(b, node, given);
  });
  const b = Builder.of(rewritten);
  return b.graph(
    new Map([...graph.outputs].map(([name, value]) => {
      const found = rewritten.outputs.get(name)!;
      return [name, factorOf(value) === 1 ? found : pay(b, value, factorOf(value), found)];
    })),
  );
}

/** The same product, times alpha, and what is added to it times beta. */
function scaledProduct(
  b: Builder,
  node: Node,
  inputs: readonly (Value | null)[],
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): Value {
  const [left, weight, added] = inputs;
  if (alpha === 1 && (beta === 1 || !added)) return copyNode(b, node, inputs)[0]!;
  const attributes = {
    transA: integerAttribute(node, "transA", 0) === 1 ? 1 : 0,
    transB: integerAttribute(node, "transB", 0) === 1 ? 1 : 0,
    alpha: { float: alpha * floatAttribute(node, "alpha", 1) },
    ...(added && { beta: { float: beta * floatAttribute(node, "beta", 1) } }),
  } as const;
  const rows = attributes.transA === 1
    ? left!
    : b.reshape(left!, [product(left!.shape.slice(0, -1)), left!.shape.at(-1)!]);
  const scaled = b.op("Gemm", [rows, weight!, ...(added ? [added] : [])], attributes);
  return b.reshape(scaled, node.outputs[0]!.shape);
}
