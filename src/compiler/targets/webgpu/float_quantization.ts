import type { Builder } from "../../ops/builder.ts";
import type { Graph, PassLog, Value } from "../../graph/graph.ts";
import { rewrite } from "../../ops/rewrite.ts";

/** The largest of the 8-bit numbers that a tensor is quantized to. */
const STEPS = 255;

/**
 * Computes with the same whole numbers in float32, for a provider without products of integers: rounding is the same, and
 * sums of products are exact up to 2²⁴, about 500 products of the largest numbers.
 */
export function floatQuantization(graph: Graph, log: PassLog): Graph {
  return rewrite(graph, (node, inputs, b) => {
    if (node.op === "DynamicQuantizeLinear") return quantized(b, inputs[0]!);
    if (node.op !== "MatMulInteger") return undefined;
    log("computed in float32", node.op);
    const [left, other, leftZero, rightZero] = inputs;
    return [b.matmul(whole(b, left!, leftZero), whole(b, other!, rightZero))];
  });
}

/** The tensor in 255 steps between its least and its largest element (and 0), the step, and the place of 0. */
function quantized(b: Builder, x: Value): Value[] {
  const axes = b.integers(x.shape.map((_, axis) => axis));
  const zero = b.scalar(0);
  const steps = b.scalar(STEPS);
  const extreme = (reduce: "ReduceMin" | "ReduceMax", pick: "Min" | "Max") =>
    b.op(pick, [b.reshape(b.op(reduce, [x, axes], { keepdims: 1 }), []), zero]);
  const least = extreme("ReduceMin", "Min");
  const largest = extreme("ReduceMax", "Max");
  const within = (y: Value) => b.op("Min", [b.op("Max", [y, zero]), steps]);
  const scale = b.divide(b.subtract(largest, least), steps);
  const place = rounded(b, within(b.divide(b.negate(least), scale)));
  return [within(b.add(rounded(b, b.divide(x, scale)), place)), scale, place];
}

/** The nearest whole number, ties to even: float32 numbers of this size have no fraction (there is no kernel for `Round`). */
function rounded(b: Builder, x: Value): Value {
  const large = b.scalar(1.5 * 2 ** 23);
  return b.subtract(b.add(x, large), large);
}

/** Whole numbers less their zero point. */
function whole(b: Builder, x: Value, zero: Value | null | undefined): Value {
  const real = b.cast(x, "float32");
  return zero ? b.subtract(real, b.cast(zero, "float32")) : real;
}
