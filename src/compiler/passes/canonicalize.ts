import type { Builder } from "../ops/builder.ts";
import { scalarOf } from "../graph/constants.ts";
import { type Graph, liveNodes, type Node, type PassLog, type Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { any, either, lastMean, number, op, type Pattern, scalar, vector } from "../ops/pattern.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";
import { rewrite } from "../ops/rewrite.ts";
import { unflatten } from "./unflatten.ts";

/** The patterns in which exporters spell out an operation, and the node that replaces it. */
interface Recognition {
  /** The operator of the pattern's last node. */
  readonly last: OperatorName;
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

const cubed = either(op("Pow", x, number(3)), op("Mul", op("Mul", x, x), x), op("Mul", x, op("Mul", x, x)));
const inner = op("Mul", op("Add", x, op("Mul", cubed, number(0.044715))), number(Math.sqrt(2 / Math.PI)));
const bent = op("Add", op("Tanh", inner), number(1));

const meanSquare = op("Add", lastMean(either(op("Pow", x, number(2)), op("Mul", x, x))), scalar("epsilon"));
const normalized = either(
  op("Mul", x, op("Reciprocal", op("Sqrt", meanSquare))),
  op("Mul", x, op("Div", number(1), op("Sqrt", meanSquare))),
  op("Mul", x, op("Pow", meanSquare, number(-0.5))),
  op("Div", x, op("Sqrt", meanSquare)),
);

const silu = op("Mul", x, op("Sigmoid", x));
const gated = op("Mul", x, op("Sigmoid", op("Mul", x, number(1.702))));

const probabilities: Pattern = (value, bound) =>
  value.producer?.op === "Softmax" ? any("y")(value, bound) : undefined;

/** x times one half and `other`, in any order. */
function halfOf(other: Pattern): Pattern {
  return either(
    op("Mul", op("Mul", x, other), half),
    op("Mul", op("Mul", x, half), other),
    op("Mul", x, op("Mul", other, half)),
  );
}

const FUSION_PATTERNS: readonly Recognition[] = [
  {
    last: "Where",
    pattern: op("Where", op("IsNaN", probabilities), number(0), probabilities),
    build: (b, bound) => seenAtAll(b, bound("y")),
  },
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
    pattern: halfOf(doubled),
    build: (b, bound) => b.op("com.microsoft.Gelu", [bound("x")]),
  },
  {
    last: "Mul",
    pattern: halfOf(bent),
    build: (b, bound) => b.op("com.microsoft.FastGelu", [bound("x")]),
  },
  {
    last: "Mul",
    pattern: op("Mul", normalized, vector("scale")),
    build: (b, bound) =>
      b.op("SimplifiedLayerNormalization", [bound("x"), bound("scale")], {
        axis: -1,
        epsilon: { float: scalarOf(bound("epsilon"))! },
      }),
  },
  {
    last: "Mul",
    pattern: silu,
    build: (b, bound) => b.op("com.microsoft.QuickGelu", [bound("x")], { alpha: { float: 1 } }),
  },
  {
    last: "Mul",
    pattern: gated,
    build: (b, bound) => b.op("com.microsoft.QuickGelu", [bound("x")], { alpha: { float: 1.702 } }),
  },
];

/**
 * Attention's probabilities, 0 where a query sees nothing (padding on the left): scores that are all -∞ give NaN, which an
 * exporter replaces after the softmax. Its gradient would be NaN, too, so such scores are replaced before the softmax.
 */
function seenAtAll(b: Builder, y: Value): Value {
  const softmax = y.producer!;
  const scores = softmax.inputs[0]!;
  const axis = axisOf(integerAttribute(softmax, "axis", -1), y.shape.length);
  const largest = b.op("ReduceMax", [scores, b.integers([axis])], { keepdims: 1 });
  const blind = b.op("Equal", [largest, b.scalar(-Infinity)]);
  const replaced = b.op("Where", [blind, b.scalar(0), scores]);
  return b.op("Where", [blind, b.scalar(0), b.op("Softmax", [replaced], { axis })]);
}

/** Replaces each operation that an exporter spelled out (LayerNorm, GELU, RMSNorm) by one node; the results stay the same. */
export function canonicalize(graph: Graph, log: PassLog = () => {}): Graph {
  const made = new Set<Node>();
  const recognised = rewrite(graph, (node, _, b, now) => {
    for (const { last, pattern, build } of FUSION_PATTERNS) {
      const bound = node.op === last ? pattern(node.outputs[0]!, new Map()) : undefined;
      if (bound === undefined) continue;
      const whole = build(b, (name) => now(bound.get(name)!));
      made.add(whole.producer!);
      return [whole];
    }
    return undefined;
  });
  // A part of a pattern can match another one (RMSNorm within LayerNorm): only nodes that remain are counted.
  for (const node of liveNodes(recognised)) if (made.has(node)) log("recognised", node.op);
  return unflatten(recognised, log);
}
