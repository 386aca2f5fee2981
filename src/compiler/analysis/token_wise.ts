import { type Dimension, symbolsOf, termsOf } from "../graph/dimension.ts";
import type { Node, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/** Whether a tensor has something for each token. */
export function hasTokens({ shape }: Pick<Value, "shape">): boolean {
  return shape.some(isTokens);
}

/** Whether an axis goes over tokens: those of the text that is read, or those of the target. */
export function isTokens(dimension: Dimension): boolean {
  return termsOf(dimension).some(([key]) =>
    symbolsOf(key).some((symbol) => symbol === "sequence" || symbol === "target")
  );
}

/** Whether a node's output for a token does not depend on other tokens, given inputs of which that is true. */
export function isTokenWise(node: Node): boolean {
  const [x, y] = node.inputs;
  const row = definitionOf(node.op);
  if (row.mixedAxes) return row.mixedAxes(node).every((axis) => !isTokens(x!.shape[axis]!));
  if (row.isMatrixProduct) return !y || !hasTokens(y);
  if (row.lookup?.of === "slices") return !x || !hasTokens(x);
  return [row.isElementwise, row.movement, row.isQuantization].some(Boolean);
}
