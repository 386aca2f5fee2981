import { assertEquals } from "@std/assert";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { openOnCpu } from "../graph_runner.ts";

/** The shape and the elements of what is made of a tensor float32 [2, 0]. */
async function ran(
  make: (b: Builder, x: Value) => Value,
): Promise<[dims: readonly number[], data: number[]]> {
  const b = new Builder("model.onnx");
  const y = make(b, b.input("x", "float32", [2, 0]));
  const session = await openOnCpu(b.graph(new Map([["y", y]])));
  const found = (await session.run({ x: float32Tensor(new Float32Array(0), [2, 0]) })).y!;
  await session.release();
  return [found.dims, Array.from(found.data, Number)];
}

Deno.test("tensors without elements run, floats and whole numbers", async () => {
  assertEquals(await ran((b, x) => b.expand(b.reshape(x, [1, 2, 0]), [3, 2, 0])), [[3, 2, 0], []]);
  assertEquals(await ran((b, x) => b.op("Where", [b.op("Equal", [x, x]), x, x])), [[2, 0], []]);
  assertEquals(await ran((b) => b.filled([2, 0], float32([1], [1]))), [[2, 0], []]);
  assertEquals(await ran((b) => b.filled([0, 2], int64([1], [1]))), [[0, 2], []]);
  const joined = (b: Builder, x: Value) =>
    b.op("Concat", [x, b.constant("one", float32([1, 2], [2, 1]))], { axis: 1 });
  assertEquals(await ran((b, x) => joined(b, b.add(x, b.scalar(1)))), [[2, 1], [1, 2]]);
});
