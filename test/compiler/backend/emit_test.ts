import { assertEquals } from "@std/assert";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { openOnCpu } from "../graph_runner.ts";

/** A graph whose one output is the sum of constants of one name. */
function sumOf(...constants: readonly (readonly number[])[]) {
  const b = new Builder("tiny.onnx");
  const values = constants.map((items) => b.constant("table", float32(items, [items.length])));
  return b.graph(new Map([["sum", values.reduce((a, c) => b.add(a, c))]]));
}

const ones = Array.from({ length: 40 }, () => 1);
const twos = ones.map(() => 2);

Deno.test("constants of one name and shape are told apart by their numbers, however many they are", async () => {
  const session = await openOnCpu(sumOf(ones, twos));
  const { sum } = await session.run({});
  assertEquals(Array.from(sum!.data as Float32Array), ones.map(() => 3));
  await session.release();
});

Deno.test("outputs that nothing reads are left out where ONNX allows it, and nowhere else", () => {
  const b = new Builder("tiny.onnx");
  const x = b.constant("x", float32(ones, [4, 10]));
  const scale = b.constant("scale", float32(ones.slice(30), [10]));
  const graph = b.graph(
    new Map([
      ["normalized", b.op("LayerNormalization", [x, scale])],
      ["quantized", b.op("DynamicQuantizeLinear", [x])],
    ]),
  );
  const { model } = readOnnxFile(emit(graph, "outputs").bytes, "tiny.onnx");
  const counts = model.graph!.node.map(({ opType, output }) => [opType, output.length]);
  assertEquals(counts.slice(0, 2), [["LayerNormalization", 1], ["DynamicQuantizeLinear", 3]]);
});

Deno.test("the same constant is written once", () => {
  const { model } = readOnnxFile(emit(sumOf(ones, ones, twos), "sum").bytes, "tiny.onnx");
  assertEquals(model.graph!.initializer.length, 2);
});
