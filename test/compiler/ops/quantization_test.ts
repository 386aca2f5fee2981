import { assert } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import type { Constant, Value } from "../../../src/compiler/graph/graph.ts";
import { LOWERINGS } from "../../../src/compiler/lowerings/mod.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const stream = new RandomStream(3, "quantization");
const X = [2, 3, 4], COLUMNS = 5;

const SCALE = 0.02, ZERO = 120;
const numbers = Array.from({ length: X[2]! * COLUMNS }, () => stream.integer(256));
const scales = Array.from({ length: COLUMNS }, (_, i) => 0.01 * (i + 1));
const zeros = Array.from({ length: COLUMNS }, (_, i) => 118 + i);

function bytes(items: readonly number[], ...dims: number[]): Constant {
  return { type: "uint8", dims, bytes: Uint8Array.from(items) };
}

/** What a product of x with the quantized weights, made one way or another, gives, and its gradient by x. */
async function productOf(make: (b: Builder, x: Value, parts: Record<string, Value>) => Value) {
  const b = new Builder("quantized.onnx"), x = b.input("x", "float32", X);
  const parts = {
    w: b.constant("w", bytes(numbers, X[2]!, COLUMNS)),
    wScale: b.constant("w_scale", float32(scales, [COLUMNS])),
    wZero: b.constant("w_zero", bytes(zeros, COLUMNS)),
    scale: b.scalar(SCALE),
    zero: b.constant("zero", bytes([ZERO])),
  };
  const y = make(b, x, parts), weights = b.input("weights", "float32", y.shape);
  const loss = b.reshape(b.sum(b.multiply(y, weights), [0, 1, 2]), []);
  const graph = differentiate(b.graph(new Map([["y", y], ["loss", loss]])), "loss", x);
  const session = await openOnCpu(graph);
  const fixed = new RandomStream(5, "feeds");
  const { y: found, gradient } = await session.run({
    x: randomTensor(fixed, X),
    weights: randomTensor(fixed, [2, 3, COLUMNS]),
  });
  await session.release();
  return { y: found!.data as Float32Array, gradient: gradient!.data as Float32Array };
}

/** The same product of real numbers. */
const real = await productOf((b, x, { w, wScale, wZero }) =>
  b.matmul(x, b.op("DequantizeLinear", [w!, wScale!, wZero!], { axis: 1 }))
);

const lowered = (op: string, b: Builder, inputs: (Value | null)[]) =>
  LOWERINGS[op]!(b, { inputs, attributes: {} })[0]!;

const PRODUCTS: Readonly<
  Record<string, (b: Builder, x: Value, parts: Readonly<Record<string, Value>>) => Value>
> = {
  "QuantizeLinear and DequantizeLinear": (b, x, { w, wScale, wZero, scale, zero }) => {
    const rounded = b.op("QuantizeLinear", [x, scale!, zero!]);
    const again = b.op("DequantizeLinear", [rounded, scale!, zero!]);
    return b.matmul(again, b.op("DequantizeLinear", [w!, wScale!, wZero!], { axis: 1 }));
  },
  "DynamicQuantizeLinear and MatMulInteger": (b, x, { w, wScale, wZero }) => {
    const [rounded, scale, zero] = b.node("DynamicQuantizeLinear", [x], {}, "", ["", "", ""]);
    const whole = b.op("MatMulInteger", [rounded!, w!, zero!, wZero!]);
    return b.multiply(b.op("Cast", [whole], { to: 1 }), b.multiply(scale!, wScale!));
  },
  MatMulIntegerToFloat: (b, x, { w, wScale, wZero }) => {
    const [rounded, scale, zero] = b.node("DynamicQuantizeLinear", [x], {}, "", ["", "", ""]);
    return lowered("com.microsoft.MatMulIntegerToFloat", b, [rounded!, w!, scale!, wScale!, zero!, wZero!]);
  },
  DynamicQuantizeMatMul: (b, x, { w, wScale, wZero }) =>
    lowered("com.microsoft.DynamicQuantizeMatMul", b, [x, w!, wScale!, wZero!]),
  QLinearMatMul: (b, x, { w, wScale, wZero, scale, zero }) => {
    const rounded = b.op("QuantizeLinear", [x, scale!, zero!]), step = b.scalar(0.1);
    const inputs = [rounded, scale!, zero!, w!, wScale!, wZero!, step, zero!];
    return b.op("DequantizeLinear", [lowered("QLinearMatMul", b, inputs), step, zero!]);
  },
};

for (const [name, make] of Object.entries(PRODUCTS)) {
  Deno.test(`${name}: close to the product of real numbers, its gradient that product's own`, async () => {
    const { y, gradient } = await productOf(make);
    const off = relativeError(y, real.y);
    assert(off > 0 && off < 0.03, `the product is off by ${off}`);
    assert(relativeError(gradient, real.gradient) < 1e-5);
  });
}
