import { type Dimension, symbolsOf, termsOf } from "../graph/dimension.ts";
import type { Node, Value } from "../graph/graph.ts";
import { activations } from "../ops/activation.ts";
import { cutsOf } from "../ops/cutting.ts";
import { elementwise } from "../ops/elementwise.ts";
import { normalization } from "../ops/normalization.ts";
import { quantization } from "../ops/quantization.ts";
import { reducedAxes } from "../ops/reduction.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";

/** Operators that move whole rows, or none. */
const MOVING = new Set(["Reshape", "Unsqueeze", "Squeeze", "Flatten", "Expand", "Transpose", "Tile"]);

/** Whether a tensor has something for each token. */
export function hasTokens({ shape }: Pick<Value, "shape">): boolean {
  return shape.some(isTokens);
}

/** Whether an axis goes over tokens. */
export function isTokens(dimension: Dimension): boolean {
  return termsOf(dimension).some(([key]) => symbolsOf(key).includes("sequence"));
}

/** Whether what a node gives for a token depends on nothing of other tokens, as far as its inputs do not. */
export function isTokenWise(node: Node): boolean {
  const { op, inputs } = node, [x] = inputs, shape = x?.shape ?? [];
  const spares = (axis: number) => !isTokens(shape[axisOf(axis, shape.length)]!);
  if (Object.hasOwn(elementwise, op) || MOVING.has(op)) return true;
  if (op === "Softmax") return spares(integerAttribute(node, "axis", -1));
  if (Object.hasOwn(activations, op) || Object.hasOwn(normalization, op)) return true;
  if (op.startsWith("Reduce")) return reducedAxes(node).every(spares);
  if (op === "Slice") return cutsOf(node).every(({ axis }) => spares(axis));
  if (op === "Concat" || op === "Split") return spares(integerAttribute(node, "axis", 0));
  const isProduct = op.endsWith("MatMul") || op === "MatMulInteger" || op === "Gemm";
  if (isProduct) return !inputs[1] || !hasTokens(inputs[1]);
  if (op === "Gather") return !x || !hasTokens(x);
  return Object.hasOwn(quantization, op);
}
