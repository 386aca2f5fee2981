import { assertEquals } from "@std/assert";
import type { Graph, Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { definitionOf } from "../../../../src/compiler/ops/mod.ts";
import { addWithinNorms, normalizeOnce } from "../../../../src/compiler/targets/webgpu/norms.ts";
import { simplify } from "../../../../src/compiler/passes/simplify.ts";
import { operatorsAfter, weight } from "./same_results.ts";

/** A norm of the sum of two tensors and, for given gradients of it, that of the sum. */
function normWithGradient(): Graph {
  const b = new Builder("test");
  const given = (name: string) => b.input(name, "float32", [2, 3, 8]);
  const sum = b.add(given("x"), given("residual"));
  const [y] = b.node(
    "LayerNormalization",
    [sum, b.constant("scale", weight(8)), b.constant("bias", weight(8))],
    { axis: -1, epsilon: { float: 1e-3 } },
    "",
    ["y", "mean", "inverse"],
  );
  const [dx] = definitionOf("LayerNormalization").gradient!(b, y!.producer!, [
    given("dy"),
    undefined,
    undefined,
  ]);
  return b.graph(new Map([["y", y!], ["dx", dx as Value]]));
}

const count = (operators: readonly string[], op: string) => operators.filter((one) => one === op).length;

Deno.test("a norm's gradient takes its normalized rows from another norm, at one node less", async () => {
  const graph = normWithGradient();
  const before = await operatorsAfter(simplify, graph);
  const after = await operatorsAfter(normalizeOnce, graph);
  assertEquals(count(after, "LayerNormalization"), 2);
  assertEquals(count(before, "Sub") - count(after, "Sub"), 1);
  assertEquals(count(before, "Mul") - count(after, "Mul"), 1);
});

Deno.test("what a norm is of is added within it, and the sum is read from there", async () => {
  const graph = normWithGradient();
  const added = await operatorsAfter((whole, log) => addWithinNorms(normalizeOnce(whole, log), log), graph);
  assertEquals(count(added, "com.microsoft.SkipLayerNormalization"), 1);
  assertEquals(count(added, "Add"), 0);
  // The norm's own statistics, which the gradient reads otherwise, have no kernel there.
  assertEquals(count(await operatorsAfter(addWithinNorms, graph), "Add"), 1);
});

Deno.test("a sum that repeats a term or has four axes, and a norm over several axes, stay as they are", async () => {
  const kept = async (
    axis: number,
    residual: readonly number[],
    scale: readonly number[],
    x: readonly number[] = [2, 3, 8],
  ) => {
    const b = new Builder("test");
    const sum = b.add(b.input("x", "float32", x), b.input("residual", "float32", residual));
    const y = b.op("LayerNormalization", [sum, b.constant("scale", weight(...scale))], { axis });
    return count(await operatorsAfter(addWithinNorms, b.graph(new Map([["y", y]]))), "Add");
  };
  assertEquals(await kept(-1, [1, 3, 8], [8]), 1);
  assertEquals(await kept(1, [2, 3, 8], [3, 8]), 1);
  assertEquals(await kept(-1, [2, 3, 8], [8]), 0);
  // ONNX Runtime takes two axes or three.
  assertEquals(await kept(-1, [6, 8], [8], [6, 8]), 0);
  assertEquals(await kept(-1, [2, 3, 4, 8], [8], [2, 3, 4, 8]), 1);
});
