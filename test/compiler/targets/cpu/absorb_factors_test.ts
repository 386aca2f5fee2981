import { assert, assertEquals } from "@std/assert";
import { symbol } from "../../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes, type Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { absorbFactors } from "../../../../src/compiler/targets/cpu/absorb_factors.ts";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../../graph_runner.ts";

const stream = new RandomStream(0, "factors");
const ROWS = [symbol("batch"), 3];

function weight(b: Builder, ...dims: number[]): Value {
  const { data } = randomTensor(stream, dims);
  return b.constant("weight", {
    type: "float32",
    dims,
    bytes: new Uint8Array((data as Float32Array).slice().buffer),
  });
}

/** The number of multiplications that go through a whole tensor. */
function multiplications(graph: Graph): number {
  return liveNodes(graph).filter(({ op, outputs }) => op === "Mul" && outputs[0]!.shape.length > 1).length;
}

/** The graph after the pass, which computes the same as before on random numbers. */
async function absorbed(make: (b: Builder, x: Value) => Value | readonly Value[]): Promise<Graph> {
  const b = new Builder("test");
  const made = make(b, b.input("x", "float32", [...ROWS, 4]));
  const outputs = Array.isArray(made) ? made : [made];
  const before = b.graph(new Map(outputs.map((value, i) => [`y${i}`, value])));
  const after = absorbFactors(before);
  const feeds = { x: randomTensor(stream, [2, 3, 4]) };
  const [expected, found] = [await run(before), await run(after)];
  for (const [name, { data }] of Object.entries(expected)) {
    assert(relativeError(found[name]!.data as Float32Array, data as Float32Array) < 1e-6, name);
  }
  return after;

  async function run(graph: Graph) {
    const session = await openOnCpu(graph);
    const outputs = await session.run(feeds);
    await session.release();
    return outputs;
  }
}

Deno.test("a multiple of a product with a bias, which is moved, is made by the product", async () => {
  const after = await absorbed((b, x) => {
    const biased = b.add(weight(b, 6), b.matmul(x, weight(b, 4, 6)));
    const heads = b.transpose(b.reshape(biased, [...ROWS, 2, 3]), [0, 2, 1, 3]);
    return b.multiply(heads, b.scalar(0.25));
  });
  assertEquals(multiplications(after), 0);
});

Deno.test("a multiple that products read is made in each of them, on either side, with the factors that they have", async () => {
  const after = await absorbed((b, x) => {
    const multiple = b.multiply(b.scalar(-3), b.op("Exp", [x]));
    const [first, second] = [
      b.matmul(multiple, weight(b, 5, 4), { b: true }),
      b.matmul(x, multiple, { b: true }),
    ];
    return [first, b.multiply(b.op("Tanh", [b.multiply(second, b.scalar(0.5))]), b.scalar(2))];
  });
  // Of the last one nothing is a product.
  assertEquals(multiplications(after), 1);
});

Deno.test("a division by a constant is a multiple, and one of a constant is none", async () => {
  const after = await absorbed((b, x) => {
    const product = b.matmul(x, weight(b, 4, 6));
    return [b.divide(product, b.scalar(8)), b.divide(b.scalar(8), b.matmul(x, weight(b, 4, 6)))];
  });
  assertEquals(liveNodes(after).filter(({ op }) => op === "Div").length, 1);
});

Deno.test("a multiple stays where something else reads what it is of, or what it is", async () => {
  const after = await absorbed((b, x) => {
    const product = b.matmul(x, weight(b, 4, 6));
    const own = b.multiply(b.matmul(x, weight(b, 4, 6)), b.scalar(2));
    const shifted = b.add(b.matmul(x, weight(b, 4, 6)), product);
    return [product, b.multiply(product, b.scalar(3)), own, b.multiply(shifted, b.scalar(4))];
  });
  assertEquals(multiplications(after), 2);
});

Deno.test("a product of a tensor and its own multiple, and a product by zero, are right", async () => {
  await absorbed((b, x) => {
    const multiple = b.multiply(x, b.scalar(3));
    return [b.matmul(multiple, multiple, { b: true }), b.multiply(b.matmul(x, weight(b, 4, 2)), b.scalar(0))];
  });
});

Deno.test("constants whose product is out of float32's range, or near its ends, are multiplied by where they were", async () => {
  const after = await absorbed((b, x) => {
    const product = () => b.op("com.microsoft.FusedMatMul", [x, weight(b, 4, 2)], { alpha: { float: 2 } });
    const tiny = b.multiply(x, b.scalar(1e-30));
    return [
      b.divide(product(), b.scalar(1e-37)),
      b.multiply(product(), b.scalar(1e38)),
      b.multiply(b.matmul(tiny, weight(b, 4, 2)), b.scalar(1e30)),
    ];
  });
  assertEquals(multiplications(after) + liveNodes(after).filter(({ op }) => op === "Div").length, 4);
});
