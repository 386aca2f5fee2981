import { assert, assertEquals } from "@std/assert";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import type { Constant, Graph, Value } from "../../../../src/compiler/graph/graph.ts";
import { liveNodes } from "../../../../src/compiler/graph/graph.ts";
import { emit } from "../../../../src/compiler/backend/emit.ts";
import { legalizeForWebgpu } from "../../../../src/compiler/targets/webgpu/legalize.ts";
import { fallbacks } from "../../../../src/compiler/targets/webgpu/kernels.ts";
import { int64Tensor, type Tensor } from "../../../../src/device/device.ts";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import { DEVICES, sharedDevice } from "../../../devices.ts";
import { randomTensor, relativeError } from "../../graph_runner.ts";

const stream = new RandomStream(0, "for webgpu");

function table(rows: number, columns: number): Constant {
  const items = randomTensor(stream, [rows, columns]).data as Float32Array<ArrayBuffer>;
  return { type: "float32", dims: [rows, columns], bytes: new Uint8Array(items.buffer) };
}

function graphOf(make: (b: Builder) => Value): Graph {
  const b = new Builder("test");
  const value = make(b);
  return b.graph(new Map([["y", value.type === "float32" ? value : b.op("Cast", [value], { to: 1 })]]));
}

/** A graph as it is on the CPU is what its WebGPU form is on each device. */
async function assertSame(graph: Graph, feeds: Record<string, Tensor>, most?: number): Promise<Graph> {
  const fitted = legalizeForWebgpu(graph, undefined, most);
  const run = async (one: Graph, kind: typeof DEVICES[number]) => {
    const device = await sharedDevice(kind);
    const session = await device.open({ bytes: emit(one, "test").bytes, weights: new Map() });
    const { y } = await session.run(feeds);
    await session.release();
    return y!;
  };
  const expected = await run(graph, "cpu");
  for (const kind of DEVICES) {
    const found = await run(fitted, kind);
    assertEquals(found.dims, expected.dims);
    const off = relativeError(found.data as Float32Array, expected.data as Float32Array);
    assert(off < 1e-5, `off by ${off} on ${kind}`);
  }
  assertEquals(fallbacks(fitted), []);
  return fitted;
}

Deno.test("a number that is added within a product is a vector of one", async () => {
  const graph = graphOf((b) =>
    b.op("Gemm", [b.input("x", "float32", [3, 16]), b.constant("w", table(16, 16)), b.scalar(0.7)], {
      beta: { float: 0.5 },
    })
  );
  await assertSame(graph, { x: randomTensor(stream, [3, 16]) });
});

const gathers = (graph: Graph) => liveNodes(graph).filter(({ op }) => op === "Gather").length;

Deno.test("rows of a table that is too large are looked up in parts of it, the last one shorter", async () => {
  const graph = graphOf((b) =>
    b.op("Gather", [b.constant("table", table(10, 4)), b.input("ids", "int64", [2, 3])], { axis: 0 })
  );
  // Three rows of four float32 fit: parts of 3, 3, 3 and 1.
  const fitted = await assertSame(graph, { ids: int64Tensor([0, 9, 2, 3, 5, 6], [2, 3]) }, 3 * 16 + 8);
  assertEquals(gathers(fitted), 4);
  assertEquals(gathers(legalizeForWebgpu(graph, undefined, 10 * 16)), 1);
});

Deno.test("columns of a table that is too large are looked up in each of its parts", async () => {
  const graph = graphOf((b) =>
    b.op("Gather", [b.constant("table", table(5, 6)), b.input("ids", "int64", [4])], { axis: 1 })
  );
  const fitted = await assertSame(graph, { ids: int64Tensor([5, 0, 3, 3], [4]) }, 2 * 24);
  assertEquals(gathers(fitted), 3);
});

Deno.test("parts of a table point into the model's file", () => {
  const { bytes: _, ...rest } = table(10, 4);
  const region = { path: "model.onnx", offset: 1000, length: 160 };
  const graph = graphOf((b) =>
    b.op("Gather", [b.constant("table", { ...rest, region }), b.input("ids", "int64", [3])], { axis: 0 })
  );
  const regions = liveNodes(legalizeForWebgpu(graph, undefined, 64)).flatMap(({ inputs }) =>
    inputs.flatMap((input) => input?.constant?.region ?? [])
  );
  assertEquals(regions.map(({ offset, length }) => [offset, length]), [[1000, 64], [1064, 64], [1128, 32]]);
});

for (const transposed of [{ a: true }, { b: true }, { a: true, b: true }]) {
  const sides = Object.keys(transposed).join(" and ");
  Deno.test(`a product with ${sides} transposed is the same without`, async () => {
    const graph = graphOf((b) =>
      b.matmul(
        b.input("a", "float32", transposed.a ? [2, 3, 4] : [2, 4, 3]),
        b.input("b", "float32", transposed.b ? [2, 5, 3] : [2, 3, 5]),
        transposed,
      )
    );
    await assertSame(graph, {
      a: randomTensor(stream, transposed.a ? [2, 3, 4] : [2, 4, 3]),
      b: randomTensor(stream, transposed.b ? [2, 5, 3] : [2, 3, 5]),
    });
  });
}

Deno.test("a product with a transposed weight reads the weight as it lies", async () => {
  const graph = graphOf((b) =>
    b.matmul(b.input("a", "float32", [2, 4, 6]), b.constant("w", table(5, 6)), { b: true })
  );
  const fitted = await assertSame(graph, { a: randomTensor(stream, [2, 4, 6]) });
  assertEquals(liveNodes(fitted).map(({ op }) => op), ["Reshape", "Gemm", "Reshape"]);
});

Deno.test("one-hot rows and truths that are moved are the same", async () => {
  const truths = (b: Builder) => b.op("Greater", [b.input("x", "float32", [3, 4]), b.scalar(0)]);
  const x = randomTensor(stream, [3, 4]);
  await assertSame(graphOf((b) => b.oneHot(b.input("ids", "int64", [5]), 4)), {
    ids: int64Tensor([0, 3, 1, 1, 2], [5]),
  });
  await assertSame(graphOf((b) => b.transpose(truths(b), [1, 0])), { x });
  await assertSame(graphOf((b) => b.op("Gather", [truths(b), b.input("ids", "int64", [2])], { axis: 1 })), {
    x,
    ids: int64Tensor([3, 0], [2]),
  });
  const either = graphOf((b) => {
    const some = truths(b);
    return b.op("Or", [some, b.op("Not", [some])]);
  });
  await assertSame(either, { x });
});
