import { product, sameShape } from "../../graph/dimension.ts";
import { dependents, type Graph, liveNodes, type Node, type PassLog, type Value } from "../../graph/graph.ts";
import { usesOf } from "../../graph/uses.ts";
import type { Builder } from "../../ops/builder.ts";
import { definitionOf } from "../../ops/mod.ts";
import { integerAttribute } from "../../ops/op_definition.ts";
import { rewrite } from "../../ops/rewrite.ts";

/** What is added to a product within it: all that is added to it, or biases alone. */
export type Addends = "all" | "biases";

/** How the values of a graph are read. */
interface Readings {
  readonly uses: ReadonlyMap<Value, number>;
  /** Those that depend on an input. What is made of weights alone ONNX Runtime transposes in one way or another. */
  readonly computed: ReadonlySet<Value>;
}

/** What a sum adds up. */
interface Terms {
  /** Views of products with matrices, which nothing else reads. */
  readonly products: readonly Value[];
  readonly others: readonly Value[];
}

/**
 * Adds biases, and what else is added to a product with one matrix, within the product: `Gemm` takes them as C. A gradient that
 * several products add up to is then their chain. Where dimensions are fixed, as in a step that is recorded, ONNX Runtime does so by
 * itself with rows, which would be rounded in another way.
 *
 * @param addends biases alone where products are computed in fewer bits than what is added to them
 */
export function sumWithinProducts(graph: Graph, addends: Addends, log: PassLog = () => {}): Graph {
  const readings = { uses: usesOf(graph), computed: dependents(liveNodes(graph), graph.inputs) };
  return rewrite(graph, (node, _, b, now) => {
    if (node.op !== "Add") return undefined;
    const whole = node.outputs[0]!;
    const direct = directTerms(node, readings);
    if (direct.products.some(({ shape }) => !sameShape(shape, whole.shape))) return undefined;
    const [lone] = direct.products;
    const [bias] = direct.others;
    if (lone !== undefined && bias !== undefined && isBiasOf(bias, lone)) {
      log("added within a product", "biases");
      return [added(b, lone, now(bias), now)];
    }
    const { products, others } = addends === "all" ? termsOf(node, readings) : { products: [], others: [] };
    const isWhole = [...products, ...others].every(({ shape }) => sameShape(shape, whole.shape));
    if (products.length === 0 || !isWhole) return undefined;
    const [first, ...rest] = [...others, ...products];
    const isProduct = (value: Value) => products.includes(value);
    const sum = rest.reduce(
      (sum, term) => isProduct(term) ? added(b, term, sum, now) : b.add(sum, now(term)),
      now(first!),
    );
    log("added within a product", "other terms");
    return [sum];
  });
}

/** The two terms of a sum. */
function directTerms(node: Node, readings: Readings): Terms {
  const terms = node.inputs.map((input) => input!);
  return {
    products: terms.filter((term) => weightedProduct(term, readings) !== undefined),
    others: terms.filter((term) => weightedProduct(term, readings) === undefined),
  };
}

/** The terms of a sum, and those of the sums that it adds up, if nothing else reads them and nothing in them is repeated. */
function termsOf(node: Node, readings: Readings): Terms {
  const { products, others } = directTerms(node, readings);
  const within = others.map((value): Terms => {
    const own: Terms = { products: [], others: [value] };
    const inner = value.producer;
    if (inner?.op !== "Add" || readings.uses.get(value) !== 1) return own;
    const terms = termsOf(inner, readings);
    const isWhole = [...terms.products, ...terms.others].every(({ shape }) => sameShape(shape, value.shape));
    return isWhole ? terms : own;
  });
  return {
    products: [...products, ...within.flatMap((terms) => terms.products)],
    others: within.flatMap((terms) => terms.others),
  };
}

/** The product with one matrix that a value is a view of, if nothing else reads it and nothing is added to it yet. */
function weightedProduct(value: Value, readings: Readings): Node | undefined {
  const node = value.producer;
  if (node === undefined || readings.uses.get(value) !== 1) return undefined;
  const { movement, isMatrixProduct } = definitionOf(node.op);
  if (movement === "view") return weightedProduct(node.inputs[0]!, readings);
  const isPlain = isMatrixProduct && integerAttribute(node, "transA", 0) === 0 && !node.inputs[2];
  const matrix = node.inputs[1];
  const isSingle = matrix?.shape.length === 2 &&
    (matrix.constant !== undefined || readings.computed.has(matrix));
  return isPlain && isSingle ? node : undefined;
}

/** Whether a value is a row, of as many elements as the product's rows and the last axis of its view. */
function isBiasOf(bias: Value, factor: Value): boolean {
  const columns = factor.shape.slice(-1);
  return sameShape([product(bias.shape)], columns) && sameShape(bias.shape.slice(-1), columns) &&
    sameShape(productOf(factor).outputs[0]!.shape.slice(-1), columns);
}

/** The product that a value is a view of. */
function productOf({ producer }: Value): Node {
  return definitionOf(producer!.op).movement === "view" ? productOf(producer!.inputs[0]!) : producer!;
}

/** A product and what is added to it: a row, or as much as the product. @param term a view of the product */
function added(b: Builder, term: Value, addend: Value, now: (value: Value) => Value): Value {
  const { inputs, outputs, attributes } = productOf(term);
  const left = now(inputs[0]!);
  const columns = outputs[0]!.shape.at(-1)!;
  const count = product(left.shape.slice(0, -1));
  const isRow = sameShape([product(addend.shape)], [columns]);
  const shaped = b.reshape(addend, isRow ? [columns] : [count, columns]);
  const rows = b.reshape(left, [count, left.shape.at(-1)!]);
  // A product without a C may have a beta, which says nothing there.
  const { beta: _, ...own } = attributes;
  const [sum] = b.checkedNode("Gemm", [rows, now(inputs[1]!), shaped], own);
  return b.reshape(sum!, term.shape);
}
