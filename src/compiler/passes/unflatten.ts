import type { Builder } from "../ops/builder.ts";
import { product, sameShape } from "../graph/dimension.ts";
import type { Graph, Node, PassLog, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { floatAttribute, integerAttribute } from "../ops/op_definition.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";

/**
 * Undoes flattening: where an exporter lays the tokens of all examples in one axis to multiply them by a matrix (GPT-2's
 * Conv1D, OPT's feed-forward) and then separates them again, the product is taken on the original axes. The rows of each example are
 * then separate, so that they can be narrowed.
 */
export function unflatten(graph: Graph, log: PassLog): Graph {
  /** The unflattened form of a flattened value, with its axes. */
  const whole = new Map<Value, Value>();
  return rewrite(graph, (node, inputs, b) => {
    const [x] = inputs;
    if (node.op === "Reshape" && x) {
      const original = whole.get(x);
      const shape = node.outputs[0]!.shape;
      if (original) return [b.reshape(original, shape)];
      const merges = shape.length === 2 && x.shape.length > 2 &&
        sameShape([product(x.shape.slice(0, -1)), x.shape.at(-1)!], shape);
      if (!merges) return undefined;
      const flat = b.reshape(x, shape);
      whole.set(flat, x);
      return [flat];
    }
    const result = onWhole(b, node, inputs, whole);
    if (result === undefined) return undefined;
    log("unflattened", node.op);
    const flat = b.reshape(result, node.outputs[0]!.shape);
    whole.set(flat, result);
    return [flat];
  });
}

/** The operator on its inputs before they were flattened, where it works row by row and its other inputs are the same for all rows. */
function onWhole(
  b: Builder,
  node: Node,
  inputs: readonly (Value | null)[],
  whole: ReadonlyMap<Value, Value>,
): Value | undefined {
  const originals = inputs.map((input) => input && whole.get(input));
  const [first] = originals.filter((original) => original);
  if (!first) return undefined;
  const rows = first.shape.slice(0, -1);
  const sameRows = originals.every((original) => !original || sameShape(original.shape.slice(0, -1), rows));
  if (!sameRows) return undefined;
  const rest = inputs.filter((_, i) => !originals[i]);
  const perRow = rest.every((input) => input === null || input.shape.length <= 1);
  const on = inputs.map((input, i) => originals[i] ?? input);
  if (perRow && isNormOfRows(node)) {
    // The rows' axis is counted from the end: there are more axes before it now.
    const { op, attributes, name, outputs } = node;
    return b.checkedNode(op, on, { ...attributes, axis: -1 }, name, outputs.map((output) => output.name))[0];
  }
  if (perRow && worksElementByElement(node)) return copyNode(b, node, on)[0];
  const matrix = inputs[1];
  if (!originals[0] || !matrix || originals[1] || matrix.shape.length !== 2) return undefined;
  if (node.op === "MatMul") return b.matmul(on[0]!, matrix);
  const plain = node.op === "Gemm" && integerAttribute(node, "transA", 0) === 0 &&
    floatAttribute(node, "alpha", 1) === 1 && floatAttribute(node, "beta", 1) === 1;
  const bias = on[2];
  if (!plain || (bias && bias.shape.length > 1)) return undefined;
  const product = b.matmul(on[0]!, matrix, { b: integerAttribute(node, "transB", 0) === 1 });
  return bias ? b.add(product, bias) : product;
}

/** Whether a node normalizes each row of a matrix by itself. */
function isNormOfRows(node: Node): boolean {
  const rank = node.outputs[0]!.shape.length;
  const { isNormalization, mixedAxes } = definitionOf(node.op);
  return isNormalization === true && mixedAxes?.(node).join() === `${rank - 1}`;
}

/**
 * Whether a node does the same to every element, also when there are several axes. A cast is not followed: whole numbers that
 * are flattened are packed weights and not tokens.
 */
function worksElementByElement({ op, inputs, outputs }: Node): boolean {
  return definitionOf(op).isElementwise === true && inputs[0]?.type === outputs[0]!.type;
}
