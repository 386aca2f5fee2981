import { scalarOf } from "../../graph/constants.ts";
import { sameShape } from "../../graph/dimension.ts";
import type { Node, Value } from "../../graph/graph.ts";

/** A tensor times a constant. */
export interface Multiple {
  readonly of: Value;
  readonly factor: number;
}

/** The largest factor that is moved, as a power of two; its inverse is the smallest. */
const LARGEST = 20;

/**
 * Whether a factor is so moderate that it may be multiplied by at another place: what is computed between the two then stays within
 * float32's range where it was, but for numbers that are near its ends.
 */
export function isModerate(factor: number): boolean {
  return Math.abs(Math.log2(Math.abs(factor))) <= LARGEST;
}

/** The multiple of a float32 tensor by a moderate factor that a node computes; `undefined` where it computes something else. */
export function multipleAt(node: Node | null | undefined): Multiple | undefined {
  const [x, y] = node?.inputs ?? [];
  if (!node || !x || !y) return undefined;
  const times = (of: Value, by: Value, factorOf: (constant: number) => number): Multiple | undefined => {
    const constant = scalarOf(by);
    const factor = constant === undefined ? 0 : factorOf(constant);
    const isMultiple = isModerate(factor) && of.type === "float32" && of.constant === undefined &&
      sameShape(of.shape, node.outputs[0]!.shape);
    return isMultiple ? { of, factor } : undefined;
  };
  if (node.op === "Div") return times(x, y, (divisor) => 1 / divisor);
  if (node.op !== "Mul") return undefined;
  return times(x, y, (factor) => factor) ?? times(y, x, (factor) => factor);
}
