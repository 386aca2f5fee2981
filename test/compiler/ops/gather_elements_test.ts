import { assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { int64 } from "../../../src/compiler/graph/constants.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import { liveNodes, type Value } from "../../../src/compiler/graph/graph.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { openFloats } from "./ort_run.ts";

const stream = new RandomStream(11, "gather_elements");

/** What the data's gradient is where `weights` flow back, element by element. */
function bruteForce(
  dims: readonly number[],
  indexDims: readonly number[],
  indices: readonly number[],
  axis: number,
  weights: ArrayLike<number>,
): number[] {
  const sizes = (of: readonly number[]) => of.map((_, i) => of.slice(i + 1).reduce((a, b) => a * b, 1));
  const found = new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0);
  const own = sizes(indexDims);
  const target = sizes(dims);
  for (const [place, index] of indices.entries()) {
    const at = indexDims.map((extent, i) => Math.floor(place / own[i]!) % extent);
    at[axis] = index < 0 ? index + dims[axis]! : index;
    found[at.reduce((sum, item, i) => sum + item * target[i]!, 0)]! += weights[place]!;
  }
  return found;
}

/** Compares the gradient of a GatherElements with brute force. The weights are whole numbers: sums of them are exact. */
async function check(
  dims: readonly number[],
  axis: number,
  indexDims: readonly number[],
  repeated: readonly number[] = indexDims,
  repeat = (b: Builder, indices: Value) => b.expand(indices, repeated),
): Promise<void> {
  const count = (of: readonly number[]) => of.reduce((a, b) => a * b, 1);
  const extent = dims.at(axis)!;
  const counted = axis < 0 ? axis + dims.length : axis;
  const items = Array.from({ length: count(indexDims) }, () => stream.integer(2 * extent) - extent);
  const weights = Float32Array.from({ length: count(repeated) }, () => stream.integer(9) - 4);
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", dims);
  const indices = repeat(b, b.constant("indices", int64(items, indexDims)));
  const y = b.op("GatherElements", [x, indices], { axis });
  const weighted = b.multiply(y, b.input("weights", "float32", repeated));
  const loss = b.reshape(b.sum(weighted, repeated.map((_, i) => i)), []);
  const graph = differentiate(b.graph(new Map([["loss", loss]])), "loss", x);
  const session = (await openFloats(graph, "float32"))!;
  const { gradient } = await session.run({ x: new Float32Array(count(dims)), weights });
  await session.release();
  const missing = repeated.length - indexDims.length;
  const seen = [...new Array<number>(missing).fill(1), ...indexDims];
  const all = Array.from({ length: count(repeated) }, (_, place) => {
    let from = 0;
    for (const [i, own] of seen.entries()) {
      const at = Math.floor(place / count(repeated.slice(i + 1))) % repeated[i]!;
      from = from * own + at % own;
    }
    return items[from]!;
  });
  assertEquals([...gradient!].map((item) => item + 0), bruteForce(dims, repeated, all, counted, weights));
}

Deno.test("gradients of elements that were picked several times are added", async () => {
  await check([2, 3], 1, [2, 7]);
  await check([3, 2], 0, [5, 2]);
  await check([2, 4, 3], 1, [2, 6, 3]);
  await check([2, 3, 4], -1, [2, 3, 4]);
  await check([2, 3, 4], -3, [5, 3, 4]);
});

Deno.test("elements that the indices do not cover have the gradient 0", async () => {
  await check([3, 4], 1, [2, 2]);
  await check([3, 4, 5], 0, [2, 3, 1]);
});

Deno.test("indices that an Expand has repeated give the same gradient", async () => {
  await check([4, 3, 5], -1, [3, 6], [4, 3, 6]);
  await check([4, 3, 5], 2, [1, 3, 6], [4, 3, 6]);
  await check([4, 3, 5], 1, [4, 1, 1], [4, 2, 5]);
  await check([4, 3, 5], 0, [3, 1], [6, 3, 5]);
});

Deno.test("indices that a Tile has repeated give the same gradient", async () => {
  const tiled = (...repeats: number[]) => (b: Builder, indices: Value) =>
    b.op("Tile", [indices, b.integers(repeats)]);
  await check([4, 3, 5], 1, [4, 2, 1], [4, 2, 5], tiled(1, 1, 5));
  await check([4, 3, 5], 1, [2, 2, 5], [4, 6, 5], tiled(2, 3, 1));
});

Deno.test("nothing is scattered, and indices that are the same for all examples are made one-hot once", () => {
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", [8, 3, 5]);
  const indices = b.expand(b.input("indices", "int64", [3, 6]), [8, 3, 6]);
  const y = b.op("GatherElements", [x, indices], { axis: 2 });
  const graph = differentiate(
    b.graph(new Map([["loss", b.reshape(b.sum(y, [0, 1, 2]), [])]])),
    "loss",
    x,
  );
  const nodes = liveNodes(graph);
  assertEquals(nodes.filter(({ op }) => op.startsWith("Scatter")), []);
  const [hits] = nodes.filter(({ op }) => op === "OneHot").map(({ outputs }): Value => outputs[0]!);
  assertEquals(hits!.shape, [3, 6, 5]);
});
