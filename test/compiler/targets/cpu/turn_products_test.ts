import { assert, assertEquals } from "@std/assert";
import { symbol } from "../../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { permutation } from "../../../../src/compiler/ops/movement.ts";
import { turnProducts } from "../../../../src/compiler/targets/cpu/turn_products.ts";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../../graph_runner.ts";

const stream = new RandomStream(0, "turned");
const BATCH = symbol("batch");

async function run(graph: Graph): Promise<Float32Array> {
  const session = await openOnCpu(graph);
  const { y } = await session.run({
    x: randomTensor(new RandomStream(0, "x"), [2, 3, 4, 4]),
    w: randomTensor(new RandomStream(0, "w"), [2, 3, 4, 4]),
  });
  await session.release();
  return y!.data as Float32Array;
}

for (const a of [false, true]) {
  for (const c of [false, true]) {
    Deno.test(`a product with ${a ? "Aᵀ" : "A"} and ${c ? "Bᵀ" : "B"} is turned so that rows stay together`, async () => {
      const b = new Builder("test");
      const factors = ["x", "w"].map((name) => b.input(name, "float32", [BATCH, 3, 4, 4]));
      const product = b.op("com.microsoft.FusedMatMul", factors, {
        transA: a ? 1 : 0,
        transB: c ? 1 : 0,
        alpha: { float: 0.5 },
      });
      const before = b.graph(new Map([["y", b.transpose(product, [0, 3, 1, 2])]]));
      const after = turnProducts(before);
      const last = liveNodes(after).at(-1)!;
      assertEquals([last.op, permutation(last)], ["Transpose", [0, 2, 1, 3]]);
      assert(relativeError(await run(after), await run(before)) < 1e-6);
    });
  }
}

Deno.test("a product stays where its rows stay together, where it is read twice, and where a factor is one matrix", () => {
  const b = new Builder("test");
  const [x, w] = ["x", "w"].map((name) => b.input(name, "float32", [BATCH, 3, 4, 4]));
  const { data } = randomTensor(stream, [4, 4]);
  const bytes = new Uint8Array((data as Float32Array).slice().buffer);
  const matrix = b.constant("matrix", { type: "float32", dims: [4, 4], bytes });
  const twice = b.matmul(x!, w!);
  const kept = [
    b.transpose(b.matmul(x!, w!), [0, 2, 1, 3]),
    b.transpose(b.matmul(x!, matrix), [0, 3, 1, 2]),
    b.transpose(twice, [0, 3, 1, 2]),
    twice,
  ];
  const after = turnProducts(b.graph(new Map(kept.map((value, i) => [`y${i}`, value]))));
  assertEquals(liveNodes(after).filter(({ op }) => op === "com.microsoft.FusedMatMul").length, 0);
});
