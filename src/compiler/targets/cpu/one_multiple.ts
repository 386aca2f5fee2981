import type { Graph, Node, Value } from "../../graph/graph.ts";
import { readersOf } from "../../graph/readers.ts";
import { rewrite } from "../../ops/rewrite.ts";
import { multipleAt } from "./multiple.ts";

/**
 * Reads a value as one multiple of it everywhere, so that nothing needs the value itself: GELU and its slope need x/√2, and x
 * only in x·(1 + erf(x/√2))·½. The constant moves on: t·(x·y) is (t/s)·((s·x)·y).
 */
export function readOneMultiple(graph: Graph): Graph {
  const readers = readersOf(graph);
  /** Whether a node's output is read as a multiple alone. */
  const isOnlyScaled = (node: Node) => {
    const [reader, ...others] = readers.get(node.outputs[0]!) ?? [];
    return others.length === 0 && multipleAt(reader) !== undefined;
  };
  /** The factor that a value is multiplied by wherever it is not part of what is multiplied by a constant itself. */
  const onlyFactor = (value: Value): number | undefined => {
    const factors = new Set<number>();
    for (const reader of readers.get(value) ?? []) {
      const multiple = multipleAt(reader);
      if (multiple !== undefined) factors.add(multiple.factor);
      else if (reader?.op !== "Mul" || reader.inputs[0] === reader.inputs[1] || !isOnlyScaled(reader)) {
        return undefined;
      }
    }
    const [factor] = factors;
    return factors.size === 1 ? factor : undefined;
  };
  return rewrite(graph, (node, _, b, now) => {
    const whole = multipleAt(node);
    const inner = whole?.of.producer;
    if (whole === undefined || inner?.op !== "Mul" || !isOnlyScaled(inner)) return undefined;
    const [x, y] = inner.inputs as readonly [Value, Value];
    for (const [value, other] of [[x, y], [y, x]] as const) {
      const factor = onlyFactor(value);
      if (factor === undefined) continue;
      // The same multiple again: the next simplification finds them equal.
      const multiple = b.multiply(now(value), b.scalar(factor));
      return [b.multiply(b.multiply(multiple, now(other)), b.scalar(whole.factor / factor))];
    }
    return undefined;
  });
}
