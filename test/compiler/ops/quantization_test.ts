import { assert } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32, numbers as numbersOf } from "../../../src/compiler/graph/constants.ts";
import { differentiate, gradientsOf } from "../../../src/compiler/passes/differentiate.ts";
import type { Constant, Value } from "../../../src/compiler/graph/graph.ts";
import { LOWERINGS } from "../../../src/compiler/lowerings/mod.ts";
import { float32Tensor, type Tensor } from "../../../src/device/device.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const stream = new RandomStream(3, "quantization");
const X = [2, 3, 4];
const COLUMNS = 5;

const SCALE = 0.02;
const ZERO = 120;
const numbers = Array.from({ length: X[2]! * COLUMNS }, () => stream.integer(256));
const scales = Array.from({ length: COLUMNS }, (_, i) => 0.01 * (i + 1));
const zeros = Array.from({ length: COLUMNS }, (_, i) => 118 + i);

function bytes(items: readonly number[], ...dims: number[]): Constant {
  return { type: "uint8", dims, bytes: Uint8Array.from(items) };
}

/** What a product of x with the quantized weights, made one way or another, gives, and its gradient by x. */
async function productOf(make: (b: Builder, x: Value, parts: Record<string, Value>) => Value) {
  const b = new Builder("quantized.onnx");
  const x = b.input("x", "float32", X);
  const parts = {
    w: b.constant("w", bytes(numbers, X[2]!, COLUMNS)),
    wScale: b.constant("w_scale", float32(scales, [COLUMNS])),
    wZero: b.constant("w_zero", bytes(zeros, COLUMNS)),
    scale: b.scalar(SCALE),
    zero: b.constant("zero", bytes([ZERO])),
  };
  const y = make(b, x, parts);
  const weights = b.input("weights", "float32", y.shape);
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
    const rounded = b.op("QuantizeLinear", [x, scale!, zero!]);
    const step = b.scalar(0.1);
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

/** What the sum of weighted outputs gives back to each input. */
async function gradientsOfProduct(
  inputs: Readonly<Record<string, Tensor>>,
  make: (b: Builder, inputs: Readonly<Record<string, Value>>) => Value,
): Promise<Record<string, Float32Array>> {
  const b = new Builder("quantized.onnx");
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims }]) => [name, b.input(name, "float32", dims)]),
  );
  const y = make(b, values);
  const loss = b.reshape(b.sum(y, y.shape.map((_, axis) => axis)), []);
  const graph = b.graph(new Map([["loss", loss]]));
  const own = Builder.of(graph);
  const gradients = gradientsOf(own, graph, "loss", Object.values(values));
  const outputs = Object.keys(values).map((name, i): [string, Value] => [`d_${name}`, gradients[i]!]);
  const session = await openOnCpu(own.graph(new Map(outputs)));
  const found = await session.run(inputs);
  await session.release();
  return Object.fromEntries(
    Object.keys(inputs).map((name) => [name, found[`d_${name}`]!.data as Float32Array]),
  );
}

Deno.test("a scale that rounds and scales back has the gradient of learned step sizes: Σ dy·(round(x/s) - x/s)", async () => {
  const xs = Array.from({ length: 6 }, () => stream.uniform(-1, 1));
  const steps = [0.3, 0.17];
  const weights = float32(Array.from({ length: 6 }, () => stream.uniform(-1, 1)), [2, 3]);
  const found = await gradientsOfProduct({
    x: float32Tensor(Float32Array.from(xs), [2, 3]),
    scale: float32Tensor(Float32Array.from(steps), [2]),
  }, (b, { x, scale }) => {
    const zero = b.constant("zero", bytes([100, 120], 2));
    const axis = { axis: 0 };
    const rounded = b.op("QuantizeLinear", [x!, scale!, zero], axis);
    return b.multiply(
      b.op("DequantizeLinear", [rounded, scale!, zero], axis),
      b.constant("weights", weights),
    );
  });
  const dy = numbersOf(weights)!;
  const expected = steps.map((step, row) =>
    [0, 1, 2].reduce((sum, i) => {
      const ratio = xs[3 * row + i]! / step;
      return sum + dy[3 * row + i]! * (Math.round(ratio) - ratio);
    }, 0)
  );
  assert(relativeError(found.scale!, expected) < 1e-5, `${found.scale} and not ${expected}`);
});

Deno.test("both factors of an integer product have their gradient, zero points left out", async () => {
  const tensor = (dims: number[]) => randomTensor(stream, dims);
  const a = tensor([2, 3]);
  const c = tensor([3, 4]);
  const found = await gradientsOfProduct({ a, c }, (b, values) => {
    const [left, right] = [values.a!, values.c!].map((value) =>
      b.node("DynamicQuantizeLinear", [value], {}, "", ["", "", ""])
    ) as [Value[], Value[]];
    const whole = b.op("MatMulInteger", [left[0]!, right[0]!, left[2]!, right[2]!]);
    return b.multiply(b.op("Cast", [whole], { to: 1 }), b.multiply(left[1]!, right[1]!));
  });
  const sum = (of: Tensor, places: number[]) => places.reduce((total, at) => total + Number(of.data[at]), 0);
  const byA = Array.from({ length: 6 }, (_, i) => sum(c, [0, 1, 2, 3].map((column) => 4 * (i % 3) + column)));
  const byC = Array.from({ length: 12 }, (_, i) => sum(a, [0, 1].map((row) => 3 * row + Math.floor(i / 4))));
  // Off by what rounding the other factor to 8 bits changes.
  assert(relativeError(found.a!, byA) < 0.02 && relativeError(found.c!, byC) < 0.02);
});
