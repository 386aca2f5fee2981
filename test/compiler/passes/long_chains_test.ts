/** What is done to a graph whose nodes form one long chain. */
import { assert, assertEquals } from "@std/assert";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes, type Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { hoistBatchSum } from "../../../src/compiler/passes/hoist_batch_sum.ts";
import { narrow } from "../../../src/compiler/passes/narrow.ts";

/** A graph of one output at the end of a chain. */
function chain(
  length: number,
  next: (b: Builder, value: Value) => Value,
  last = (_: Builder, y: Value) => y,
): Graph {
  const b = new Builder("model.onnx");
  let value = b.input("x", "float32", [symbol("batch"), 4]);
  for (let i = 0; i < length; i++) value = next(b, value);
  return b.graph(new Map([["y", last(b, value)]]));
}

Deno.test("the sum over examples is hoisted to the start of a chain of twenty thousand nodes", () => {
  const graph = chain(20_000, (b, value) => b.op("Neg", [value]), (b, value) => b.sum(value, [0]));
  const [first, ...rest] = liveNodes(hoistBatchSum(graph)).map(({ op }) => op);
  assertEquals(first, "ReduceSum");
  assertEquals(rest.length, 20_000);
});

Deno.test("of two thousand selections in a chain as many are pushed as cost no more than a model's", () => {
  const counts = new Map<string, number>();
  const graph = chain(
    2_000,
    (b, value) => b.op("Gather", [b.op("Neg", [value]), b.integers([1, 0, 3, 2])], { axis: 1 }),
  );
  narrow(graph, (action) => counts.set(action, (counts.get(action) ?? 0) + 1));
  const pushed = counts.get("columns left out of") ?? 0;
  assert(pushed > 0 && pushed < 200, String(pushed));
});
