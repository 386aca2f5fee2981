import { assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { gradientsOf } from "../../../src/compiler/passes/differentiate.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { openOnCpu } from "../graph_runner.ts";
import { float32Tensor } from "../../../src/device/device.ts";

/** The gradients of the sum of `y` by vectors of these numbers. */
async function slopes(
  numbers: readonly (readonly number[])[],
  apply: (b: Builder, inputs: readonly Value[]) => Value,
): Promise<number[][]> {
  const b = new Builder("test.onnx");
  const inputs = numbers.map(({ length }, i) => b.input(`x${i}`, "float32", [length]));
  const y = apply(b, inputs);
  const loss = b.reshape(b.sum(y, y.shape.map((_, axis) => axis)), []);
  const graph = b.graph(new Map([["loss", loss]]));
  const found = gradientsOf(b, graph, "loss", inputs);
  const outputs = found.map((gradient, i): [string, Value] => [`gradient${i}`, gradient!]);
  const session = await openOnCpu(b.graph(new Map([["loss", loss], ...outputs])));
  const ran = await session.run(
    Object.fromEntries(
      numbers.map((one, i) => [`x${i}`, float32Tensor(Float32Array.from(one), [one.length])]),
    ),
  );
  await session.release();
  return inputs.map((_, i) => Array.from(ran[`gradient${i}`]!.data as Float32Array, (x) => x + 0));
}

// The numbers are those of PyTorch 2.13: torch.linalg.vector_norm(x) and torch.pow(x, p), .sum().backward().
Deno.test("the length of a vector of zeros has the slope 0, as in PyTorch", async () => {
  const norm = (b: Builder, [x]: readonly Value[]) => b.op("ReduceL2", [x!, b.integers([0])]);
  assertEquals(await slopes([[0, 0, 0]], norm), [[0, 0, 0]]);
  assertEquals(await slopes([[0, 3, -4]], norm), [[0, Math.fround(0.6), Math.fround(-0.8)]]);
});

Deno.test("at 0 raised to 0 base and exponent have the slope 0, as in PyTorch", async () => {
  const power = (b: Builder, [x, p]: readonly Value[]) => b.op("Pow", [x!, p!]);
  assertEquals(await slopes([[0, 0, 2, 3], [0, 1, 0, 2]], power), [
    [0, 1, 0, 6],
    [0, 0, Math.fround(Math.log(2)), Math.fround(9 * Math.log(3))],
  ]);
  for (const exponent of [(b: Builder) => b.scalar(0), (b: Builder) => b.integer(0)]) {
    assertEquals(await slopes([[0, 2]], (b, [x]) => b.op("Pow", [x!, exponent(b)])), [[0, 0]]);
  }
});

// The numbers are those of PyTorch: (x * x.floor()).sum().backward(), (x * x.argmax()), (x * (x > 1)), ….
Deno.test("what is piecewise constant has the slope 0, as in PyTorch", async () => {
  const x = [-1.5, 0, 0.25, 2.75];
  const factors: readonly [expected: readonly number[], factor: (b: Builder, x: Value) => Value][] = [
    [[-2, 0, 0, 2], (b, x) => b.op("Floor", [x])],
    [[-1, 0, 1, 3], (b, x) => b.op("Ceil", [x])],
    [[-2, 0, 0, 3], (b, x) => b.op("Round", [x])],
    [[-1, 0, 1, 1], (b, x) => b.op("Sign", [x])],
    [[3, 3, 3, 3], (b, x) => b.cast(b.op("ArgMax", [x], { axis: 0 }), "float32")],
    [[0, 0, 0, 1], (b, x) => b.cast(b.op("Greater", [x, b.scalar(1)]), "float32")],
    [[1, 0, 1, 1], (b, x) => b.cast(b.cast(x, "bool"), "float32")],
    [[0, 1, 0, 0], (b, x) => b.cast(b.op("Not", [b.cast(x, "bool")]), "float32")],
  ];
  for (const [expected, factor] of factors) {
    assertEquals(await slopes([x], (b, [x]) => b.multiply(x!, factor(b, x!))), [expected]);
  }
});

// The numbers are those of PyTorch: x.prod().backward().
Deno.test("a product with zeros has the slope of the other factors", async () => {
  const product = (b: Builder, [x]: readonly Value[]) => b.op("ReduceProd", [x!, b.integers([0])]);
  assertEquals(await slopes([[2, 0, 3]], product), [[0, 6, 0]]);
  assertEquals(await slopes([[0, 0, 3]], product), [[0, 0, 0]]);
});
