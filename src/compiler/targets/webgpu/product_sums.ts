import { product, sameDimension, sameShape } from "../../graph/dimension.ts";
import type { Graph, Node, PassLog, Value } from "../../graph/graph.ts";
import { usesOf } from "../../graph/uses.ts";
import type { Builder } from "../../ops/builder.ts";
import { definitionOf } from "../../ops/mod.ts";
import { integerAttribute } from "../../ops/op_definition.ts";
import { rewrite } from "../../ops/rewrite.ts";

/** What may be added to a product within it: anything, or constants alone. */
export type Addends = "any" | "constants";

/**
 * Adds biases, and what else is added to a product with a weight, within the product: `Gemm` takes them as C. A gradient that
 * several products add up to is then their chain.
 *
 * @param addends constants alone where products are computed in fewer bits than what is added to them
 */
export function sumWithinProducts(graph: Graph, addends: Addends, log: PassLog = () => {}): Graph {
  const uses = usesOf(graph);
  return rewrite(graph, (node, _, b, now) => {
    const [left, other] = node.inputs;
    if (node.op !== "Add" || !left || !other) return undefined;
    for (const [factor, addend] of [[left, other], [other, left]] as const) {
      const weighted = weightedProduct(factor, uses);
      if (weighted === undefined || !sameShape(factor.shape, node.outputs[0]!.shape)) continue;
      if (addends === "constants" && addend.constant === undefined) continue;
      const sum = withAddend(b, weighted, factor, addend, now);
      if (sum === undefined) continue;
      log("added within a product", addend.constant === undefined ? "gradients" : "biases");
      return [sum];
    }
    return undefined;
  });
}

/** The product with a weight that a value is a view of, if nothing else reads it. */
function weightedProduct(value: Value, uses: ReadonlyMap<Value, number>): Node | undefined {
  const node = value.producer;
  if (node === undefined || uses.get(value) !== 1) return undefined;
  if (definitionOf(node.op).movement === "view") return weightedProduct(node.inputs[0]!, uses);
  const isPlain = definitionOf(node.op).isMatrixProduct && integerAttribute(node, "transA", 0) === 0;
  return isPlain && node.inputs[1]?.constant?.dims.length === 2 && !node.inputs[2] ? node : undefined;
}

/** left · weight + addend; `undefined` where the addend is neither a row nor of the product's size. */
function withAddend(
  b: Builder,
  { inputs, attributes }: Node,
  whole: Value,
  addend: Value,
  now: (value: Value) => Value,
): Value | undefined {
  const left = now(inputs[0]!);
  const weight = inputs[1]!;
  const transposed = integerAttribute({ attributes }, "transB", 0) === 1;
  const columns = weight.shape[transposed ? 0 : 1]!;
  const isRow = sameDimension(product(addend.shape), columns) &&
    sameShape(addend.shape.slice(-1), [columns]) && sameShape(whole.shape.slice(-1), [columns]);
  if (!isRow && !sameShape(addend.shape, whole.shape)) return undefined;
  const count = product(left.shape.slice(0, -1));
  const rows = b.reshape(left, [count, left.shape.at(-1)!]);
  const added = b.reshape(now(addend), isRow ? [columns] : [count, columns]);
  const [sum] = b.checkedNode("Gemm", [rows, weight, added], attributes);
  return b.reshape(sum!, whole.shape);
}
