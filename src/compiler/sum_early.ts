import type { Builder } from "./builder.ts";
import { plainIntegersOf, scalarOf } from "./constants.ts";
import { sameDimension } from "./dimension.ts";
import { type Graph, liveNodes, type Node, type Value } from "./graph.ts";
import { integersAttribute } from "./ops/row.ts";
import { rewrite } from "./rewrite.ts";

/**
 * Sums over the examples before products with weights and not behind them: Σ (x · W) = (Σ x) · W. The prompt is the same in
 * every example, so its gradient is such a sum, and the last products on the way to it shrink by the batch's size.
 */
export function sumEarly(graph: Graph): Graph {
  const readers = new Map<Value, number>();
  for (const value of [...liveNodes(graph).flatMap(({ inputs }) => inputs), ...graph.outputs.values()]) {
    if (value) readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  return rewrite(graph, (node, _, b, now) => {
    if (!sumsExamples(node)) return undefined;
    const sum = new Summing(b, now, (value) => readers.get(value) === 1);
    return [b.reshape(sum.of(node.inputs[0]!), node.outputs[0]!.shape)];
  });
}

/** Whether a node sums over the first axis, and that one counts examples. */
function sumsExamples({ op, inputs }: Node): boolean {
  const axes = plainIntegersOf(inputs[1]);
  return op === "ReduceSum" && axes?.length === 1 && axes[0] === 0 && String(inputs[0]!.shape[0]) === "batch";
}

class Summing {
  constructor(
    private readonly b: Builder,
    private readonly now: (value: Value) => Value,
    private readonly readOnce: (value: Value) => boolean,
  ) {}

  /** Σ over the first axis, which stays with size 1. */
  of(value: Value): Value {
    const { b, now } = this, node = value.producer;
    const through = node && this.readOnce(value) ? this.through(node) : undefined;
    return through ?? b.sum(now(value), [0]);
  }

  private through({ op, inputs: [x, y], outputs: [value], attributes }: Node): Value | undefined {
    const { b, now } = this, examples = value!.shape[0]!;
    const each = (input: Value | null | undefined) =>
      input?.shape.length === value!.shape.length && sameDimension(input.shape[0]!, examples);
    if (op === "Add" && each(x) && each(y)) return b.add(this.of(x!), this.of(y!));
    if (op === "Neg") return b.negate(this.of(x!));
    if (op === "Mul" && each(x) && scalarOf(y) !== undefined) return b.multiply(this.of(x!), y!);
    if (op === "Transpose" && integersAttribute({ attributes }, "perm")?.[0] === 0) {
      return b.op(op, [this.of(x!)], attributes);
    }
    if (op === "Reshape" && x!.shape.length > 1 && sameDimension(x!.shape[0]!, examples)) {
      return b.reshape(this.of(x!), [1, ...value!.shape.slice(1)]);
    }
    const product = op === "MatMul" || (op === "com.microsoft.FusedMatMul" && attributes.transA !== 1);
    if (product && x!.shape.length > 2 && y!.constant?.dims.length === 2) {
      return b.op(op, [this.of(x!), now(y!)], attributes);
    }
    return undefined;
  }
}
