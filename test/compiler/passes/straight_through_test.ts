import { assert, assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";
import { type Dimension, evaluate, symbol } from "../../../src/compiler/graph/dimension.ts";
import type { ElementType } from "../../../src/compiler/graph/element_types.ts";
import type { Graph, Value } from "../../../src/compiler/graph/graph.ts";
import { gradientsOf } from "../../../src/compiler/passes/differentiate.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { openOnCpu, relativeError } from "../graph_runner.ts";
import { type Case, CASES, SIZES } from "../ops/gradient_cases.ts";
import { openFloats } from "../ops/ort_run.ts";

/** Operators whose results on whole numbers are rounded: they are not those on the same real numbers. */
const ROUNDED = ["Div", "ReduceMean", "ReduceL2"];

/** The cases whose differentiated inputs can be whole numbers. */
const WHOLE = CASES.filter((one) => {
  const { inputs, arranged } = apply(one, "float32");
  const { signature } = OPERATORS[one.op];
  return inputs.every((input) => {
    const parameter = signature[Math.min(arranged.indexOf(input), signature.length - 1)]!;
    return parameter.allowed.includes("int64");
  }) && !ROUNDED.includes(one.op) && one.op !== "Cast";
});

/** Σ weights · outputs of an operator whose inputs are cast to a type. */
function apply(one: Case, type: ElementType) {
  const b = new Builder("test.onnx");
  const inputs = one.shapes.map((shape, i) =>
    b.input(
      `x${i}`,
      "float32",
      shape.map((item): Dimension => typeof item === "string" ? symbol(item) : item),
    )
  );
  b.input("sizes", "float32", Object.keys(SIZES).map(symbol));
  const given = inputs.map((input) => b.cast(input, type));
  const arranged = one.arrange?.(b, given) ?? given;
  const names = Array.from({ length: one.outputs ?? 1 }, (_, i) => `y${i}`);
  const outputs = b.checkedNode(one.op, arranged, one.attributes ?? {}, "node", names).slice(0, names.length);
  const parts = outputs.map((output, i) => {
    const weighted = b.multiply(b.cast(output, "float32"), b.input(`weights${i}`, "float32", output.shape));
    return b.reshape(b.sum(weighted, output.shape.map((_, axis) => axis)), []);
  });
  const loss = parts.reduce((sum, part) => b.add(sum, part));
  return { graph: b.graph(new Map([["loss", loss]])), inputs, arranged };
}

/** The gradients alone: ONNX Runtime lacks some operators on whole numbers, which these seldom read. */
function withGradients({ graph, inputs }: { graph: Graph; inputs: readonly Value[] }): Graph {
  const b = Builder.of(graph);
  const gradients = gradientsOf(b, graph, "loss", inputs);
  return b.graph(new Map(gradients.map((one, i) => [`d${i}`, one!])));
}

for (const [i, one] of WHOLE.entries()) {
  const shapes = one.shapes.map((shape) => `[${shape}]`).join(" ");
  Deno.test(`${one.op} ${shapes} on whole numbers has the gradient on real ones (case ${i + 1})`, async () => {
    const real = withGradients(apply(one, "float32"));
    const stream = new RandomStream(i, "straight through");
    const feeds = Object.fromEntries(real.inputs.map(({ name, shape }) => {
      const size = shape.reduce((total: number, extent) => total * evaluate(extent, SIZES), 1);
      return [name, Float32Array.from({ length: size }, () => 1 + stream.integer(4))];
    }));
    const results = await Promise.all(
      [real, withGradients(apply(one, "int64"))].map(async (graph) => {
        const session = (await openFloats(graph, "float32"))!;
        const found = await session.run(feeds);
        await session.release();
        return found;
      }),
    );
    const [expected, found] = results;
    for (const name of real.outputs.keys()) {
      const error = relativeError(found![name]!, expected![name]!);
      assert(error < 1e-6, `${name}: ${found![name]} and not ${expected![name]}`);
    }
  });
}

/** The slopes of the sum of `y` by x. */
async function slopes(
  items: readonly number[],
  apply: (b: Builder, x: Value) => Value,
): Promise<number[]> {
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", [items.length]);
  const y = apply(b, x);
  const graph = b.graph(new Map([["loss", b.reshape(b.sum(y, y.shape.map((_, axis) => axis)), [])]]));
  const own = Builder.of(graph);
  const [gradient] = gradientsOf(own, graph, "loss", [x]);
  const session = await openOnCpu(own.graph(new Map([...graph.outputs, ["gradient", gradient!]])));
  const found = await session.run({ x: float32Tensor(Float32Array.from(items), [items.length]) });
  await session.release();
  return Array.from(found.gradient!.data, Number);
}

Deno.test("a whole exponent has its gradient: d 2ⁿ is 2ⁿ·ln 2", async () => {
  const found = await slopes(
    [1.2, 3],
    (b, x) => b.op("Pow", [b.scalar(2), b.cast(x, "int64")]),
  );
  assert(relativeError(found, [2 * Math.LN2, 8 * Math.LN2]) < 1e-6, `${found}`);
});

Deno.test("gradients of two float types that meet in one whole number are added", async () => {
  const found = await slopes([1.2, 3], (b, x) => {
    const whole = b.cast(x, "int64");
    const wide = b.cast(whole, "float64");
    return b.add(b.cast(b.multiply(wide, wide), "float32"), b.cast(whole, "float32"));
  });
  assertEquals(found, [3, 7]);
});

/** Operators between rounding and scaling back, and the slopes at [0.5, -0.9, 1.2, 0.5]. */
const QUANTIZED: Readonly<
  Record<string, readonly [expected: readonly number[], apply: (b: Builder, whole: Value) => Value]>
> = {
  Where: [[1, 0, 1, 0], (b, whole) => {
    const flags = b.constant("flags", { type: "bool", dims: [4], bytes: Uint8Array.of(1, 0, 1, 0) });
    return b.op("Where", [flags, whole, zero(b)]);
  }],
  Clip: [
    [1, 0, 0, 1],
    (b, whole) => b.op("Clip", [whole, b.constant("l", bytes([100], [])), b.constant("m", bytes([200], []))]),
  ],
  Pad: [[1, 1, 1, 1], (b, whole) => b.op("Pad", [whole, b.integers([1, 2])])],
  Split: [[1, 1, 0, 0], (b, whole) => b.split(whole, 0, [2, 2])[0]],
  ReduceMax: [[0, 0, 1, 0], (b, whole) => b.op("ReduceMax", [whole, b.integers([0])])],
  ScatterElements: [
    [1, 0, 1, 1],
    (b, whole) => b.op("ScatterElements", [whole, b.integers([1]), b.constant("u", bytes([3], [1]))]),
  ],
};

for (const [op, [expected, apply]] of Object.entries(QUANTIZED)) {
  Deno.test(`${op} between DynamicQuantizeLinear and DequantizeLinear passes the gradient`, async () => {
    const found = await slopes([0.5, -0.9, 1.2, 0.5], (b, x) => {
      const [whole, scale, offset] = b.node("DynamicQuantizeLinear", [x], {}, "", ["y", "scale", "zero"]);
      return b.op("DequantizeLinear", [apply(b, whole!), scale!, offset!]);
    });
    assert(relativeError(found, expected) < 1e-5, `${found} and not ${expected}`);
  });
}

function zero(b: Builder): Value {
  return b.constant("zero", bytes([128], []));
}

function bytes(items: readonly number[], dims: readonly number[]) {
  return { type: "uint8", dims, bytes: Uint8Array.from(items) } as const;
}
