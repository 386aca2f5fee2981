import type { Builder } from "../ops/builder.ts";
import { plainIntegersOf, scalarOf } from "../graph/constants.ts";
import { type Dimension, product as productOf, sameDimension } from "../graph/dimension.ts";
import type { Graph, Node, Value } from "../graph/graph.ts";
import { usesOf } from "../graph/uses.ts";
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
  const uses = usesOf(graph);
  const readOnce = (value: Value) => uses.get(value) === 1;
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

/** A value that is linear in some others: its sum is made of theirs. */
interface Linear {
  readonly in: readonly Value[];
  readonly of: (sums: readonly Value[]) => Value;
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

  /** Σ over the first axis, which stays with one place for each sum. Sums of inputs wait in a list: chains may be long. */
  of(value: Value): Value {
    const begun: { readonly linear: Linear; readonly sums: Value[] }[] = [];
    for (let next = value;;) {
      const linear = this.linearAt(next);
      if (linear !== undefined) {
        begun.push({ linear, sums: [] });
        next = linear.in[0]!;
        continue;
      }
      let sum = this.here(this.now(next));
      for (;;) {
        const last = begun.at(-1);
        if (last === undefined) return sum;
        last.sums.push(sum);
        const further = last.linear.in[last.sums.length];
        if (further !== undefined) {
          next = further;
          break;
        }
        begun.pop();
        sum = last.linear.of(last.sums);
      }
    }
  }

  private here(value: Value): Value {
    const { b, owners } = this;
    const [examples, ...rest] = value.shape;
    if (owners === undefined) return b.sum(value, [0]);
    const rows = b.reshape(value, [examples!, productOf(rest)]);
    return b.reshape(b.matmul(this.now(owners), rows, { a: true }), [this.sums, ...rest]);
  }

  /** A value as what is linear in others, which nothing else reads; `undefined` where it is not. */
  private linearAt(value: Value): Linear | undefined {
    const node = value.producer;
    if (node === undefined || !this.readOnce(value)) return undefined;
    const { inputs: [x, y], outputs: [output] } = node;
    const { hoistsSums, movement, isMatrixProduct } = definitionOf(node.op);
    const examples = output!.shape[0]!;
    const each = (input: Value | null | undefined): input is Value =>
      input?.shape.length === output!.shape.length && sameDimension(input.shape[0]!, examples);
    const on = (inputs: readonly Value[]) => this.b.checkedNode(node.op, inputs, node.attributes)[0]!;
    if (hoistsSums === "all" && node.inputs.every(each)) return { in: node.inputs, of: on };
    if (hoistsSums === "first" && each(x) && scalarOf(y) !== undefined) {
      return { in: [x], of: (sums) => on([...sums, y!]) };
    }
    if (movement === "permutation" && permutation(node)[0] === 0) return { in: [x!], of: on };
    if (movement === "view" && x!.shape.length > 1 && sameDimension(x!.shape[0]!, examples)) {
      const shape = [this.sums, ...output!.shape.slice(1)];
      return { in: [x!], of: ([sum]) => this.b.reshape(sum!, shape) };
    }
    const isProduct = isMatrixProduct && isFloat(output!.type) && integerAttribute(node, "transA", 0) === 0;
    const byWeight = isProduct && x!.shape.length > 2 && y!.constant?.dims.length === 2;
    return byWeight ? { in: [x!], of: (sums) => on([...sums, this.now(y!)]) } : undefined;
  }
}
