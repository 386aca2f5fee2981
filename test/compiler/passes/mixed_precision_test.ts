import { assert } from "@std/assert";
import { RandomStream } from "../../../src/base/random_stream.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { mixedPrecision } from "../../../src/compiler/passes/mixed_precision.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const stream = new RandomStream(0, "mixed precision");

/** How far what is computed of a product is off in half precision. */
async function errorOf(make: (b: Builder, product: Value) => Value): Promise<number> {
  const b = new Builder("test");
  const product = b.matmul(b.input("x", "float32", [3, 4]), b.input("y", "float32", [4, 5]));
  const graph = b.graph(new Map([["z", make(b, product)]]));
  const feeds = { x: randomTensor(stream, [3, 4]), y: randomTensor(stream, [4, 5]) };
  const [expected, found] = await Promise.all([graph, mixedPrecision(graph)].map(async (one) => {
    const session = await openOnCpu(one);
    const { z } = await session.run(feeds);
    await session.release();
    return z!.data as Float32Array;
  }));
  return relativeError(found!, expected!);
}

for (const factor of [0.125, 1e30, 1e-30, -1e6, 1e-6]) {
  Deno.test(`half precision rounds what is multiplied and divided by ${factor}, and no more`, async () => {
    const there = (b: Builder, x: Value) => b.multiply(x, b.scalar(factor));
    const back = (b: Builder, x: Value) => b.divide(x, b.scalar(factor));
    for (const make of [there, back, (b: Builder, x: Value) => back(b, there(b, x))]) {
      const off = await errorOf(make);
      assert(off < 2e-3, `off by ${off}`);
    }
  });
}
