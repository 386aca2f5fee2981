import { scalarOf } from "../../graph/constants.ts";
import { sameShape } from "../../graph/dimension.ts";
import type { Node, Value } from "../../graph/graph.ts";

/** A tensor times a constant. */
export interface Multiple {
  readonly of: Value;
  readonly factor: number;
}

/** The multiple of a float32 tensor that a node computes; `undefined` where it computes something else. */
export function multipleAt(node: Node | null | undefined): Multiple | undefined {
  if (node?.op !== "Mul") return undefined;
  const [x, y] = node.inputs as readonly [Value, Value];
  for (const [of, by] of [[x, y], [y, x]] as const) {
    const factor = scalarOf(by);
    const isMultiple = factor !== undefined && factor !== 0 && of.type === "float32" &&
      of.constant === undefined && sameShape(of.shape, node.outputs[0]!.shape);
    if (isMultiple) return { of, factor };
  }
  return undefined;
}
