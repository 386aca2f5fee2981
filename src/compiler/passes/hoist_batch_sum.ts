import type { Builder } from "../ops/builder.ts";
import { plainIntegersOf, scalarOf } from "../graph/constants.ts";
import { type Dimension, product as productOf, sameDimension } from "../graph/dimension.ts";
import { type Graph, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { isFloat } from "../graph/element_types.ts";
import { definitionOf } from "../ops/mod.ts";
import { permutation } from "../ops/movement.ts";
import { integerAttribute } from "../ops/op_definition.ts";
import { rewrite } from "../ops/rewrite.ts";

/**
 * Sums over the examples before products with weights and not after them: Σ (x · W) = (Σ x) · W. A prompt is the same in
 * every example that has it, so its gradient is such a sum, and the last products on the way to it shrink by the batch's size
 * (for a bank, to one row for each prompt).
 */
export function hoistBatchSum(graph: Graph): Graph {
  const readers = new Map<Value, number>();
  for (const value of [...liveNodes(graph).flatMap(({ inputs }) => inputs), ...graph.outputs.values()]) {
    if (value) readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  const readOnce = (value: Value) => readers.get(value) === 1;
  return rewrite(graph, (node, _, b, now) => {
    const total = totalOf(node, readOnce);
    if (total === undefined) return undefined;
    const sum = new Summing(b, now, readOnce, total.owners);
    return [b.reshape(sum.of(total.of), node.outputs[0]!.shape)];
  });
}

/** A sum over examples: over all, or over those of each prompt. */
interface Total {
  readonly of: Value;
  /** float32 [batch, prompts], 1 for each example's own. */
  readonly owners?: Value;
}

/** The sum over the first axis, that of the examples, if a node is one. */
function totalOf(
  { op, inputs: [x, y], attributes }: Node,
  readOnce: (value: Value) => boolean,
): Total | undefined {
  if (op === "ReduceSum") {
    const axes = plainIntegersOf(y);
    return axes?.length === 1 && axes[0] === 0 && countsExamples(x!) ? { of: x! } : undefined;
  }
  // The gradient of the lookup of each example's prompt.
  const summed = y?.producer?.op === "Reshape" && readOnce(y) ? y.producer.inputs[0] : undefined;
  const isBank = op === "com.microsoft.FusedMatMul" && attributes.transA === 1 &&
    x?.producer?.op === "OneHot" &&
    String(x.shape[1]) === "prompts";
  return isBank && summed && countsExamples(summed) ? { of: summed, owners: x } : undefined;
}

function countsExamples({ shape }: Value): boolean {
  return String(shape[0]) === "batch";
}

class Summing {
  /** The number of sums. */
  private readonly sums: Dimension;

  constructor(
    private readonly b: Builder,
    private readonly now: (value: Value) => Value,
    private readonly readOnce: (value: Value) => boolean,
    private readonly owners: Value | undefined,
  ) {
    this.sums = owners?.shape[1] ?? 1;
  }

  /** Σ over the first axis, which stays with one place for each sum. */
  of(value: Value): Value {
    const node = value.producer;
    const through = node && this.readOnce(value) ? this.through(node) : undefined;
    return through ?? this.here(this.now(value));
  }

  private here(value: Value): Value {
    const { b, owners } = this;
    const [examples, ...rest] = value.shape;
    if (owners === undefined) return b.sum(value, [0]);
    const rows = b.reshape(value, [examples!, productOf(rest)]);
    return b.reshape(b.matmul(this.now(owners), rows, { a: true }), [this.sums, ...rest]);
  }

  /** The sum of a node's output, made of sums of its inputs; `undefined` where it is not linear in them. */
  private through(node: Node): Value | undefined {
    const { inputs: [x, y], outputs: [value] } = node;
    const { hoistsSums, movement, isMatrixProduct } = definitionOf(node.op);
    const examples = value!.shape[0]!;
    const each = (input: Value | null | undefined) =>
      input?.shape.length === value!.shape.length && sameDimension(input.shape[0]!, examples);
    const on = (...inputs: readonly Value[]) => this.b.checkedNode(node.op, inputs, node.attributes)[0];
    if (hoistsSums === "all" && node.inputs.every(each)) {
      return on(...node.inputs.map((one) => this.of(one!)));
    }
    if (hoistsSums === "first" && each(x) && scalarOf(y) !== undefined) return on(this.of(x!), y!);
    if (movement === "permutation" && permutation(node)[0] === 0) return on(this.of(x!));
    if (movement === "view" && x!.shape.length > 1 && sameDimension(x!.shape[0]!, examples)) {
      return this.b.reshape(this.of(x!), [this.sums, ...value!.shape.slice(1)]);
    }
    const isProduct = isMatrixProduct && isFloat(value!.type) && integerAttribute(node, "transA", 0) === 0;
    const byWeight = isProduct && x!.shape.length > 2 && y!.constant?.dims.length === 2;
    return byWeight ? on(this.of(x!), this.now(y!)) : undefined;
  }
}
