import type { Node } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/** Pairs of numbers, of which only a sum or a difference is what it is of each number and 0, taken together. */
const PAIRS: readonly (readonly [number, number])[] = [[2, 3], [-5, 0.5], [2, 2]];

/** Whether a node adds or subtracts. */
export function isSum({ op, inputs }: Node): boolean {
  const { compute } = definitionOf(op);
  return compute !== undefined && inputs.length === 2 &&
    PAIRS.every(([x, y]) => compute(x, y, 0) === compute(x, 0, 0) + compute(0, y, 0));
}

/** Whether a node moves or adds numbers, or multiplies its first input's. */
export function isLinear(node: Node): boolean {
  const { movement, compute } = definitionOf(node.op);
  if (movement !== undefined || node.op === "Cast" || isSum(node)) return true;
  return compute !== undefined &&
    PAIRS.every(([x, y]) => compute(x, y, 0) + compute(1, y, 0) === compute(x + 1, y, 0));
}
