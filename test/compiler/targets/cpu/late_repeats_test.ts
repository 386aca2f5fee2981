import { assertEquals } from "@std/assert";
import { symbol } from "../../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes, type Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { repeatLate } from "../../../../src/compiler/targets/cpu/late_repeats.ts";
import { int64Tensor, type Tensor } from "../../../../src/device/device.ts";
import { RandomStream } from "../../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor } from "../../graph_runner.ts";

const TOKENS = symbol("sequence");
const SCORES = [symbol("batch"), 2, TOKENS, TOKENS];

/** The graph after the pass, with the same bits as before. */
async function late(make: (b: Builder, mask: Value, scores: Value) => readonly Value[]): Promise<Graph> {
  const b = new Builder("test");
  const mask = b.reshape(b.input("mask", "int64", [symbol("batch"), TOKENS]), [
    symbol("batch"),
    1,
    1,
    TOKENS,
  ]);
  const outputs = make(b, mask, b.input("scores", "float32", SCORES));
  const before = b.graph(new Map(outputs.map((value, i) => [`y${i}`, value])));
  const after = repeatLate(before);
  const feeds: Record<string, Tensor> = {
    mask: int64Tensor([1, 1, 1, 0, 1, 1, 0, 0], [2, 4]),
    scores: randomTensor(new RandomStream(0, "scores"), [2, 2, 4, 4]),
  };
  const run = async (graph: Graph) => {
    const session = await openOnCpu(graph);
    const found = await session.run(feeds);
    await session.release();
    return Object.values(found).map(({ dims, data }) => [dims, [...data]]);
  };
  assertEquals(await run(after), await run(before));
  return after;
}

/** The extents of what the nodes of an operator give. */
function extents(graph: Graph, op: string): string[] {
  return liveNodes(graph).filter((node) => node.op === op).map(({ outputs }) => outputs[0]!.shape.join(" "));
}

Deno.test("a mask is made of each text once, and repeated for its tokens then", async () => {
  const after = await late((b, mask, scores) => {
    const whole = b.expand(mask, [symbol("batch"), 1, TOKENS, TOKENS]);
    const hidden = b.subtract(b.scalar(1), b.cast(whole, "float32"));
    const low = b.op("Where", [b.cast(hidden, "bool"), b.scalar(-1e9), hidden]);
    return [b.add(scores, low)];
  });
  assertEquals(extents(after, "Where"), ["batch 1 1 sequence"]);
  // What is added to the scores is repeated: added to each row by itself it would take longer.
  assertEquals(extents(after, "Expand"), ["batch 1 sequence sequence"]);
});

Deno.test("what a node of another kind reads, and what a tensor is combined with, is repeated before", async () => {
  const after = await late((b, mask, scores) => {
    const whole = b.negate(b.cast(b.expand(mask, SCORES), "float32"));
    return [b.op("Softmax", [whole], { axis: -1 }), b.multiply(whole, scores), whole];
  });
  assertEquals(extents(after, "Neg"), ["batch 1 1 sequence"]);
  assertEquals(extents(after, "Mul"), ["batch 2 sequence sequence"]);
});
