import { assertEquals } from "@std/assert";
import type { Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { computeInFewerNodes } from "../../../../src/compiler/targets/webgpu/fewer_nodes.ts";
import { operatorsAfter } from "./same_results.ts";

function after(make: (b: Builder, x: Value) => Value): Promise<string[]> {
  const b = new Builder("test");
  return operatorsAfter(
    computeInFewerNodes,
    b.graph(new Map([["y", make(b, b.input("x", "float32", [2, 3, 4]))]])),
  );
}

const row = (b: Builder) => b.input("row", "float32", [2, 1, 4]);

Deno.test("a copy that the operator repeats by itself is left out", async () => {
  assertEquals(await after((b, x) => b.subtract(b.expand(row(b), [2, 3, 4]), x)), ["Sub"]);
  assertEquals(await after((b, x) => b.multiply(x, b.expand(row(b), [2, 3, 4]))), ["Mul"]);
});

Deno.test("of two copies one is left, which the result has its extents from", async () => {
  const b = new Builder("test");
  const whole = (x: Value) => b.expand(x, [2, 3, 4]);
  const sum = b.add(whole(row(b)), whole(b.op("Exp", [b.input("other", "float32", [2, 1, 4])])));
  const graph = b.graph(new Map([["y", b.op("Tanh", [sum])]]));
  assertEquals((await operatorsAfter(computeInFewerNodes, graph)).filter((op) => op === "Expand"), [
    "Expand",
  ]);
});

Deno.test("a length is one reduction, and roots of other sums stay as they are", async () => {
  const root = (b: Builder, product: Value) => b.op("Sqrt", [b.sum(product, [1, 2])]);
  assertEquals(await after((b, x) => root(b, b.multiply(x, x))), ["ReduceL2"]);
  const positive = (b: Builder, x: Value) => b.op("Exp", [x]);
  assertEquals(await after((b, x) => root(b, b.multiply(positive(b, x), positive(b, x)))), [
    "Exp",
    "Exp",
    "Mul",
    "ReduceSum",
    "Sqrt",
  ]);
});
