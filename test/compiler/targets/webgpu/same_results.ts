import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import type { Constant, Graph, PassLog } from "../../../../src/compiler/graph/graph.ts";
import { liveNodes } from "../../../../src/compiler/graph/graph.ts";
import { definitionOf } from "../../../../src/compiler/ops/mod.ts";
import { verify } from "../../../../src/compiler/ops/verify.ts";
import { openOnCpu, randomTensor, relativeError } from "../../graph_runner.ts";

const stream = new RandomStream(0, "same results");

/** A constant of random numbers. */
export function weight(...dims: number[]): Constant {
  const items = randomTensor(stream, dims).data as Float32Array<ArrayBuffer>;
  return { type: "float32", dims, bytes: new Uint8Array(items.buffer) };
}

/**
 * Checks that a pass leaves a graph, whose inputs are float32 of known extents, what it was in ONNX Runtime on the CPU but for
 * rounding.
 *
 * @returns the operators after the pass that compute something or move memory
 */
export async function operatorsAfter(
  pass: (graph: Graph, log: PassLog) => Graph,
  graph: Graph,
): Promise<string[]> {
  const passed = pass(graph, () => {});
  verify(passed, "after the pass");
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [name, randomTensor(stream, shape.map(Number), -2, 2)]),
  );
  const run = async (one: Graph) => {
    const session = await openOnCpu(one);
    const outputs = await session.run(feeds);
    await session.release();
    return outputs;
  };
  const [expected, found] = [await run(graph), await run(passed)];
  assertEquals(Object.keys(found), Object.keys(expected));
  for (const [name, { dims, data }] of Object.entries(expected)) {
    assertEquals(found[name]!.dims, dims);
    const off = relativeError(found[name]!.data as Float32Array, data as Float32Array);
    assert(off < 1e-6, `${name} is off by ${off}`);
  }
  return liveNodes(passed).filter(({ op }) => definitionOf(op).movement !== "view").map(({ op }) => op);
}
