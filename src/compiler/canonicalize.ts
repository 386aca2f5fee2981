import type { Builder } from "./builder.ts";
import { scalarOf } from "./constants.ts";
import { sameDimension, sameShape } from "./dimension.ts";
import type { Graph, Value } from "./graph.ts";
import { floatAttribute, integerAttribute } from "./ops/row.ts";
import { any, either, lastMean, number, op, type Pattern, scalar, vector } from "./pattern.ts";
import { rewrite } from "./rewrite.ts";

/** How exporters spell an operation out, and the one node that it is. */
interface Recognition {
  /** The operator of the pattern's last node. */
  readonly last: string;
  readonly pattern: Pattern;
  build(b: Builder, bound: (name: string) => Value): Value;
}

const x = any("x");
const centered = op("Sub", x, lastMean(x));
const squared = either(op("Pow", centered, number(2)), op("Mul", centered, centered));
const deviation = op("Sqrt", op("Add", lastMean(squared), scalar("epsilon")));

const shifted = either(op("Div", x, number(Math.SQRT2)), op("Mul", x, number(Math.SQRT1_2)));
const doubled = op("Add", op("Erf", shifted), number(1));
const half = number(0.5);

/** GPT-2's Conv1D: a Gemm between two reshapes, which is a matrix product over the last axis of `x`. */
const flattened: Pattern = (value, bound) => {
  const gemm = value.producer?.inputs[0]?.producer, [rows, weight, bias] = gemm?.inputs ?? [];
  const x = rows?.producer?.op === "Reshape" ? rows.producer.inputs[0] : undefined;
  if (gemm?.op !== "Gemm" || !x || !weight || !bias) return undefined;
  const plain = integerAttribute(gemm, "transA", 0) === 0 && integerAttribute(gemm, "transB", 0) === 0 &&
    floatAttribute(gemm, "alpha", 1) === 1 && floatAttribute(gemm, "beta", 1) === 1;
  const columns = weight.shape[1]!;
  const whole = sameDimension(x.shape.at(-1)!, weight.shape[0]!) &&
    sameShape(value.shape, [...x.shape.slice(0, -1), columns]);
  return plain && whole ? new Map([...bound, ["x", x], ["weight", weight], ["bias", bias]]) : undefined;
};

const RECOGNITIONS: readonly Recognition[] = [
  {
    last: "Add",
    pattern: op("Add", op("Mul", op("Div", centered, deviation), vector("scale")), vector("bias")),
    build: (b, bound) =>
      b.op("LayerNormalization", [bound("x"), bound("scale"), bound("bias")], {
        axis: -1,
        epsilon: { float: scalarOf(bound("epsilon"))! },
      }),
  },
  {
    last: "Mul",
    pattern: either(
      op("Mul", op("Mul", x, doubled), half),
      op("Mul", op("Mul", x, half), doubled),
      op("Mul", x, op("Mul", doubled, half)),
    ),
    build: (b, bound) => b.op("com.microsoft.Gelu", [bound("x")]),
  },
  {
    last: "Reshape",
    pattern: flattened,
    build: (b, bound) => b.add(b.matmul(bound("x"), bound("weight")), bound("bias")),
  },
];

/** Makes each operation that an exporter spelled out (LayerNorm, GELU, Conv1D) simple again; what it computes stays the same. */
export function canonicalize(graph: Graph): Graph {
  return rewrite(graph, (node, _, b, now) => {
    for (const { last, pattern, build } of RECOGNITIONS) {
      const bound = node.op === last ? pattern(node.outputs[0]!, new Map()) : undefined;
      if (bound !== undefined) return [build(b, (name) => now(bound.get(name)!))];
    }
    return undefined;
  });
}
