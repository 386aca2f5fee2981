import { assertEquals, assertThrows } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { differentiate, gradientsOf, inputGradients } from "../../../src/compiler/passes/differentiate.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { liveNodes, type Node, type Value } from "../../../src/compiler/graph/graph.ts";
import { type InputGradient, STOP_GRADIENT } from "../../../src/compiler/ops/op_definition.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { openOnCpu } from "../graph_runner.ts";

const where = () => "operator Add of node 'layer.7/twin' in model.onnx";

/** What flows back through a node of two inputs whose row gives these gradients. */
function through(entries: (dy: Value) => InputGradient[], types: readonly [Value["type"], Value["type"]]) {
  const b = new Builder("model.onnx");
  const inputs = types.map((type, i) => b.input(`x${i}`, type, [2]));
  const dy = b.input("dy", "float32", [2]);
  const node: Node = { op: "Add", name: "layer.7/twin", inputs, outputs: [dy], attributes: {} };
  const row = {
    gradient: (_: Builder, __: unknown, [flowing]: readonly (Value | undefined)[]) => entries(flowing!),
  };
  return inputGradients(b, row, node, [dy], new Set(inputs), where).map(([input]) => input.name);
}

Deno.test("an active input without a gradient is an error that names operator, node and input", () => {
  assertThrows(
    () => through((dy) => [dy, null], ["float32", "float32"]),
    CompileError,
    "no gradient for input 1 ('x1') of operator Add of node 'layer.7/twin' in model.onnx",
  );
  assertThrows(() => through((dy) => [dy, null], ["float32", "int64"]), CompileError, "for input 1 ('x1')");
  assertEquals(through((dy) => [dy, null], ["float32", "bool"]), ["x0"]);
});

Deno.test("a row that gives fewer or more gradients than the node has inputs is an error", () => {
  for (const count of [1, 3]) {
    assertThrows(
      () => through((dy) => Array.from({ length: count }, () => dy), ["float32", "float32"]),
      CompileError,
      `operator Add of node 'layer.7/twin' in model.onnx: its row gives ${count} gradients for 2 inputs`,
    );
  }
});

Deno.test("a deliberate stop is no error", () => {
  assertEquals(through((dy) => [STOP_GRADIENT, dy], ["float32", "float32"]), ["x1"]);
});

Deno.test("an error in a row names the operator and its node", () => {
  const refuse = () => {
    throw new CompileError("the gradient is not known");
  };
  assertThrows(
    () => through(refuse, ["float32", "float32"]),
    CompileError,
    `the gradient is not known: ${where()}`,
  );
});

/** A row of a table that is scaled by `x`: an operator that has no gradient. */
function lookedUp(b: Builder, x: Value, name: string): Value {
  const table = b.constant("table", { type: "uint8", dims: [1, 8], bytes: new Uint8Array(8) });
  const inputs = [table, b.integers([0]), x];
  return b.node("com.microsoft.GatherBlockQuantized", inputs, { block_size: 16 }, name)[0]!;
}

Deno.test("an operator without a gradient is an error that names it and its node", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [1, 1]);
  const graph = b.graph(new Map([["loss", lookedUp(b, x, "down")]]));
  assertThrows(
    () => differentiate(graph, "loss", x),
    CompileError,
    "no gradient for operator com.microsoft.GatherBlockQuantized of node 'down' in model.onnx",
  );
});

Deno.test("an error about a node without a name leaves the name out", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [1, 1]);
  const graph = b.graph(new Map([["loss", lookedUp(b, x, "")]]));
  assertThrows(
    () => differentiate(graph, "loss", x),
    CompileError,
    "no gradient for operator com.microsoft.GatherBlockQuantized in model.onnx",
  );
});

Deno.test("a scalar that depends on an input through a stop alone does not depend on it", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [3]);
  const [, scale] = b.node("DynamicQuantizeLinear", [x], {}, "", ["y", "scale", "zero"]);
  const graph = b.graph(new Map([["loss", scale!]]));
  assertThrows(() => differentiate(graph, "loss", x), CompileError, "the loss does not depend on 'x'");
});

Deno.test("what flows back through the statistics of a LayerNormalization is refused", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [1]);
  const scale = b.input("s", "float32", [1]);
  const [y, mean] = b.node("LayerNormalization", [x, scale], {}, "norm", ["y", "mean"]);
  const graph = b.graph(new Map([["loss", b.reshape(b.add(y!, mean!), [])]]));
  assertThrows(() => differentiate(graph, "loss", x), CompileError, "of node 'norm' in model.onnx");
});

/** The gradients of the sum of what a graph gives, by each of its inputs. */
async function gradientsAt(
  make: (b: Builder, inputs: readonly Value[]) => Value,
  ...tensors: readonly (readonly number[])[]
): Promise<number[][]> {
  const b = new Builder("test.onnx");
  const inputs = tensors.map(({ length }, i) => b.input(`x${i}`, "float32", [length]));
  const y = make(b, inputs);
  const loss = b.reshape(b.sum(y, y.shape.map((_, axis) => axis)), []);
  const graph = b.graph(new Map([["loss", loss]]));
  const own = Builder.of(graph);
  const gradients = gradientsOf(own, graph, "loss", inputs);
  const session = await openOnCpu(own.graph(new Map(gradients.map((value, i) => [`gradient${i}`, value!]))));
  const feeds = tensors.map((items, i) => [`x${i}`, float32Tensor(Float32Array.from(items), [items.length])]);
  const found = await session.run(Object.fromEntries(feeds));
  await session.release();
  return tensors.map((_, i) =>
    [...found[`gradient${i}`]!.data].map((item) => Math.round(Number(item) * 100) / 100 + 0)
  );
}

Deno.test("d Σ xˣ is xˣ·(1 + ln x): both inputs of Pow have their gradient", async () => {
  assertEquals(await gradientsAt((b, [x]) => b.op("Pow", [x!, x!]), [2, 3]), [[6.77, 56.66]]);
});

Deno.test("0 raised to a power from 0 on has slope 0 by the power", async () => {
  const [, byPower] = await gradientsAt((b, [x, p]) => b.op("Pow", [x!, p!]), [0, 0, 2], [2, 0.5, 1]);
  assertEquals(byPower, [0, 0, 1.39]);
});

Deno.test("gradients through several outputs of one node are those of the parts, also where one is not read", async () => {
  const parts = (b: Builder, x: Value) =>
    b.node("Split", [x, b.integers([1, 2, 1])], { axis: 0 }, "", ["a", "b", "c"]);
  const [both] = await gradientsAt((b, [x]) => {
    const [first, , last] = parts(b, x!);
    return b.add(b.multiply(first!, first!), b.multiply(first!, last!));
  }, [2, 3, 4, 5]);
  assertEquals(both, [9, 0, 0, 2]);
});

Deno.test("a gradient is cast back to the type of what was cast", async () => {
  const square = (b: Builder, x: Value) => {
    const wide = b.op("Cast", [x], { to: 11 });
    return b.op("Cast", [b.multiply(wide, wide)], { to: 1 });
  };
  assertEquals(await gradientsAt((b, [x]) => square(b, x!), [3, -1]), [[6, -2]]);
});

// The convention of `OpDefinition.gradient`.
Deno.test("of equal inputs, the first has the gradient of Max and Min", async () => {
  for (const op of ["Max", "Min"] as const) {
    assertEquals(await gradientsAt((b, [x, y]) => b.op(op, [x!, y!]), [2, 3], [2, 3]), [[1, 1], [0, 0]]);
  }
});

Deno.test("a number at a bound of Clip keeps its gradient, and the bound gets none", async () => {
  const clip = (b: Builder, [x, least, most]: readonly Value[]) =>
    b.op("Clip", [x!, b.reshape(least!, []), b.reshape(most!, [])]);
  assertEquals(await gradientsAt(clip, [-2, -1, 0, 1, 3, 4], [-1], [1]), [[0, 1, 1, 1, 0, 0], [1], [2]]);
  assertEquals(await gradientsAt(clip, [0, 1, 2, 3, 4], [3], [1]), [[0, 0, 0, 0, 0], [0], [5]]);
  assertEquals(await gradientsAt(clip, [0, 1, 2], [1], [1]), [[0, 1, 0], [1], [1]]);
});

Deno.test("equal elements share the gradient of ReduceMax and ReduceMin evenly", async () => {
  assertEquals(await gradientsAt((b, [x]) => b.op("ReduceMax", [x!]), [3, 1, 3]), [[0.5, 0, 0.5]]);
  assertEquals(await gradientsAt((b, [x]) => b.op("ReduceMin", [x!]), [1, 3, 1, 1, 1]), [[
    0.25,
    0,
    0.25,
    0.25,
    0.25,
  ]]);
});

Deno.test("at 0 the slope of an activation is that of the left side, and that of Abs is 0", async () => {
  const alpha = { float: 0.25 };
  const slopes: readonly [slope: number, of: (b: Builder, x: Value) => Value][] = [
    [0, (b, x) => b.op("Relu", [x])],
    [0.25, (b, x) => b.op("LeakyRelu", [x], { alpha })],
    [0.25, (b, x) => b.op("Elu", [x], { alpha })],
    [0, (b, x) => b.op("Abs", [x])],
  ];
  for (const [slope, of] of slopes) {
    assertEquals(await gradientsAt((b, [x]) => of(b, x!), [0, 1]), [[slope, 1]]);
  }
});

Deno.test("a constant takes part without a gradient of its own", async () => {
  const two = float32([2, 4], [2]);
  assertEquals(await gradientsAt((b, [x]) => b.multiply(x!, b.constant("c", two)), [1, 1]), [[2, 4]]);
});

Deno.test("elements that a ScatterND replaces twice have no gradient", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [3]);
  const places = b.constant("places", int64([1, -2], [2, 1]));
  const [y] = b.node("ScatterND", [x, places, b.constant("two", float32([1, 2], [2]))], {}, "twice");
  const graph = b.graph(new Map([["loss", b.reshape(b.sum(y!, [0]), [])]]));
  assertThrows(
    () => differentiate(graph, "loss", x),
    CompileError,
    "the element [1] is replaced twice, in an order that is not fixed: give distinct indices, or add with reduction 'add': operator ScatterND of node 'twice'",
  );
});

Deno.test("elements that a ScatterElements replaces twice have no gradient", () => {
  const twice: readonly [indices: readonly number[], axis: number, element: string][] = [
    [[1, 0, 1, 2], 0, "[1, 0]"],
    [[-2, 0, 1, 2], 0, "[1, 0]"],
    [[0, 1, 1, -1], -1, "[1, 1]"],
  ];
  for (const [indices, axis, element] of twice) {
    const b = new Builder("model.onnx");
    const x = b.input("x", "float32", [3, 2]);
    const places = b.constant("places", int64(indices, [2, 2]));
    const updates = b.constant("updates", float32([1, 2, 3, 4], [2, 2]));
    const y = b.op("ScatterElements", [x, places, updates], { axis });
    const graph = b.graph(new Map([["loss", b.reshape(b.sum(y, [0, 1]), [])]]));
    assertThrows(
      () => differentiate(graph, "loss", x),
      CompileError,
      `the element ${element} is replaced twice`,
    );
  }
});

Deno.test("the slope of a square needs no other power", async () => {
  const b = new Builder("test");
  const x = b.input("x", "float32", [3]);
  const total = b.reshape(b.sum(b.op("Pow", [x, b.scalar(2)]), [0]), []);
  const graph = differentiate(b.graph(new Map([["total", total]])), "total", x);
  assertEquals(liveNodes(graph).filter(({ op }) => op === "Pow").length, 1);
  const session = await openOnCpu(graph);
  const { gradient } = await session.run({ x: float32Tensor(Float32Array.of(-3, 0, 0.5), [3]) });
  await session.release();
  assertEquals([...gradient!.data].map(Number), [-6, 0, 1]);
});
