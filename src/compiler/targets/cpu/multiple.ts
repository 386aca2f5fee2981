import type { Node, Value } from "../../graph/graph.ts";
import { constantFactor } from "../constant_factor.ts";

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
  // A change of sign alone is no multiplication.
  return node?.inputs.length === 2 ? constantFactor(node, isModerate) : undefined;
}
