import type { Graph, Node, Value } from "../../graph/graph.ts";
import { readsOf } from "../../graph/uses.ts";
import { rewrite } from "../../ops/rewrite.ts";
import { isModerate, multipleAt } from "./multiple.ts";

/**
 * Reads a value as one multiple of it everywhere, so that nothing needs the value itself: GELU and its slope need x/√2, and x
 * only in x·(1 + erf(x/√2))·½. The constant moves on: t·(x·y) is (t/s)·((s·x)·y). As |s| ≤ 1, nothing overflows that did not
 * overflow before.
 */
export function readOneMultiple(graph: Graph): Graph {
  const readers = readsOf(graph);
  /** Whether a node multiplies two tensors, and its output is read as a multiple alone. */
  const isScaledProduct = (node: Node | null | undefined): node is Node => {
    if (node?.op !== "Mul" || node.inputs[0] === node.inputs[1] || multipleAt(node)) return false;
    const [reader, ...others] = readers.get(node.outputs[0]!) ?? [];
    return others.length === 0 && multipleAt(reader) !== undefined;
  };
  /** The factor that a value is multiplied by wherever it is not part of what is multiplied by a constant itself: 1 at most. */
  const onlyFactor = (value: Value): number | undefined => {
    const factors = new Set<number>();
    for (const reader of readers.get(value) ?? []) {
      const multiple = multipleAt(reader);
      if (multiple?.of === value && Math.abs(multiple.factor) <= 1) factors.add(multiple.factor);
      else if (multiple !== undefined || !isScaledProduct(reader)) return undefined;
    }
    const [factor] = factors;
    return factors.size === 1 ? factor : undefined;
  };
  return rewrite(graph, (node, _, b, now) => {
    const whole = multipleAt(node);
    const inner = whole?.of.producer;
    if (whole === undefined || !isScaledProduct(inner)) return undefined;
    const [x, y] = inner.inputs as readonly [Value, Value];
    for (const [value, other] of [[x, y], [y, x]] as const) {
      const factor = onlyFactor(value);
      if (factor === undefined || !isModerate(whole.factor / factor)) continue;
      // The same multiple again: the next simplification finds them equal.
      const multiple = b.multiply(now(value), b.scalar(factor));
      return [b.multiply(b.multiply(multiple, now(other)), b.scalar(whole.factor / factor))];
    }
    return undefined;
  });
}
