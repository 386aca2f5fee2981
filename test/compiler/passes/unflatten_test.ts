import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { multiply, symbol } from "../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { unflatten } from "../../../src/compiler/passes/unflatten.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const WIDTH = 4;

/** A norm of all examples' tokens laid in one axis, which are put back afterwards. */
function flatNorm(op: "LayerNormalization" | "SimplifiedLayerNormalization", axis: number): Graph {
  const b = new Builder("flat");
  const [batch, sequence] = [symbol("batch"), symbol("sequence")];
  const x = b.input("x", "float32", [batch, sequence, WIDTH]);
  const rows = b.reshape(x, [multiply(batch, sequence), WIDTH]);
  const weights = ["scale", "bias"].map((name) => b.input(name, "float32", [WIDTH]));
  const inputs = [rows, ...weights].slice(0, op === "LayerNormalization" ? 3 : 2);
  const y = b.op(op, inputs, { axis, epsilon: { float: 1e-5 } });
  return b.graph(new Map([["y", b.reshape(y, x.shape)]]));
}

for (const op of ["LayerNormalization", "SimplifiedLayerNormalization"] as const) {
  for (const axis of [-1, 1]) {
    Deno.test(`${op} of flattened rows along axis ${axis} is the same of rows of examples`, async () => {
      const graph = flatNorm(op, axis);
      const whole = unflatten(graph, () => {});
      assertEquals(liveNodes(whole).filter((node) => node.op === op)[0]!.inputs[0]!.shape.length, 3);
      const stream = new RandomStream(0, "unflatten");
      const feeds = {
        x: randomTensor(stream, [2, 3, WIDTH]),
        scale: randomTensor(stream, [WIDTH]),
        ...(op === "LayerNormalization" && { bias: randomTensor(stream, [WIDTH]) }),
      };
      const [expected, found] = await Promise.all([graph, whole].map(async (one) => {
        const session = await openOnCpu(one);
        const { y } = await session.run(feeds);
        await session.release();
        return y!.data as Float32Array;
      })) as [Float32Array, Float32Array];
      assert(relativeError(found, expected) < 1e-6);
    });
  }
}
