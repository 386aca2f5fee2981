import { assert, assertEquals } from "@std/assert";
import { symbol } from "../../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes, type Value } from "../../../../src/compiler/graph/graph.ts";
import { readsOf } from "../../../../src/compiler/graph/uses.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { simplify } from "../../../../src/compiler/passes/simplify.ts";
import { readOneMultiple } from "../../../../src/compiler/targets/cpu/one_multiple.ts";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../../graph_runner.ts";

const stream = new RandomStream(0, "one multiple");

/** The graph after the pass, and what reads its input there; it computes the same as before on random numbers. */
async function read(make: (b: Builder, x: Value) => readonly Value[]): Promise<readonly string[]> {
  const b = new Builder("test");
  const x = b.input("x", "float32", [symbol("batch"), 5]);
  const before = b.graph(new Map(make(b, x).map((value, i) => [`y${i}`, value])));
  const after = simplify(readOneMultiple(before));
  const feeds = { x: randomTensor(stream, [3, 5], -3, 3) };
  const run = async (graph: Graph) => {
    const session = await openOnCpu(graph);
    const outputs = await session.run(feeds);
    await session.release();
    return outputs;
  };
  const [expected, found] = [await run(before), await run(after)];
  for (const [name, { data }] of Object.entries(expected)) {
    assert(relativeError(found[name]!.data as Float32Array, data as Float32Array) < 1e-6, name);
  }
  assert(liveNodes(after).length <= liveNodes(before).length);
  return readsOf(after).get(x)!.map((reader) => reader?.op ?? "output");
}

function gelu(b: Builder, x: Value): Value {
  const raised = b.add(b.op("Erf", [b.multiply(x, b.scalar(Math.SQRT1_2))]), b.scalar(1));
  return b.multiply(b.multiply(x, raised), b.scalar(0.5));
}

Deno.test("GELU reads one multiple of what it is of", async () => {
  assertEquals(await read((b, x) => [gelu(b, x)]), ["Mul"]);
});

Deno.test("a value stays as it is where its multiples differ, or something reads it as it is", async () => {
  assertEquals((await read((b, x) => [gelu(b, x), b.op("Exp", [b.multiply(x, b.scalar(2))])])).length, 3);
  assertEquals((await read((b, x) => [gelu(b, x), b.op("Exp", [x])])).length, 3);
});

Deno.test("a square times a constant stays a square", async () => {
  const square = (b: Builder, x: Value) => [
    b.multiply(b.multiply(x, x), b.scalar(0.5)),
    b.op("Exp", [b.multiply(x, b.scalar(2))]),
  ];
  assertEquals((await read(square)).length, 3);
});

Deno.test("constants at the ends of float32's range stay where they are, and a multiple of a multiple, too", async () => {
  const lowest = -3.4028234663852886e38;
  await read((b, x) => [b.multiply(b.multiply(b.op("Sigmoid", [x]), b.scalar(lowest)), b.scalar(0.5))]);
  await read((b, x) => [b.divide(b.multiply(x, b.scalar(1e-25)), b.scalar(1e-25))]);
  await read((b, x) => [b.multiply(b.multiply(b.op("Sigmoid", [x]), b.scalar(1e25)), b.scalar(1e-25))]);
  await read((b, x) => {
    const seen = b.op("Sigmoid", [x]);
    const scores = b.op("Exp", [x]);
    return [b.multiply(seen, b.scalar(lowest)), b.multiply(b.multiply(seen, scores), b.scalar(0.001))];
  });
  assertEquals(await read((b, x) => [b.multiply(b.multiply(x, b.scalar(0.25)), b.scalar(3))]), ["Mul"]);
});
