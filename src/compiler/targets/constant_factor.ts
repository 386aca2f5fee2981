import { scalarOf } from "../graph/constants.ts";
import { sameShape } from "../graph/dimension.ts";
import type { Node, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/** The number that a node multiplies one of its inputs by, without another effect. */
export interface ConstantFactor {
  /** The input, and its place. */
  readonly of: Value;
  readonly at: number;
  readonly factor: number;
}

/**
 * The number that a node multiplies a float32 input by; `undefined` where it does something else.
 *
 * @param isUsual whether a number may be moved; beyond some size it would take others out of their range
 */
export function constantFactor(
  node: Node,
  isUsual: (factor: number) => boolean,
): ConstantFactor | undefined {
  const [x, y] = node.inputs;
  const { scalesWith, isElementwise, movement } = definitionOf(node.op);
  if (!isElementwise || movement !== undefined || !x || x.type !== "float32") return undefined;
  if (node.inputs.length === 1) return scalesWith === "all" ? { of: x, at: 0, factor: -1 } : undefined;
  if (!y || scalesWith === undefined || scalesWith === "all") return undefined;
  const number = (of: Value, at: number, factor: number | undefined) => {
    const isLone = of.constant === undefined && sameShape(of.shape, node.outputs[0]!.shape);
    return factor !== undefined && isUsual(factor) && isLone ? { of, at, factor } : undefined;
  };
  const [first, second] = [scalarOf(x), scalarOf(y)];
  if (scalesWith === "quotient") return number(x, 0, second === undefined ? undefined : 1 / second);
  return number(x, 0, second) ?? number(y, 1, first);
}
