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
  const [x, y] = node?.inputs ?? [];
  if (!node || !x || !y) return undefined;
  const times = (of: Value, by: Value, factorOf: (constant: number) => number): Multiple | undefined => {
    const constant = scalarOf(by);
    const factor = constant === undefined ? 0 : factorOf(constant);
    const isMultiple = factor !== 0 && Number.isFinite(factor) && of.type === "float32" &&
      of.constant === undefined && sameShape(of.shape, node.outputs[0]!.shape);
    return isMultiple ? { of, factor } : undefined;
  };
  if (node.op === "Div") return times(x, y, (divisor) => 1 / divisor);
  if (node.op !== "Mul") return undefined;
  return times(x, y, (factor) => factor) ?? times(y, x, (factor) => factor);
}
