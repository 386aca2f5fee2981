import type { Builder } from "./builder.ts";
import { scalarOf } from "./constants.ts";
import type { Graph, Value } from "./graph.ts";
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
];

/** Makes each operation that an exporter spelled out (LayerNorm, GELU) one node again; what it computes stays the same. */
export function canonicalize(graph: Graph): Graph {
  return rewrite(graph, (node, _, b, now) => {
    for (const { last, pattern, build } of RECOGNITIONS) {
      const bound = node.op === last ? pattern(node.outputs[0]!, new Map()) : undefined;
      if (bound !== undefined) return [build(b, (name) => now(bound.get(name)!))];
    }
    return undefined;
  });
}
