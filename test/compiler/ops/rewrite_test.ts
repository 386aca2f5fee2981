import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { rewrite } from "../../../src/compiler/ops/rewrite.ts";
import { verify } from "../../../src/compiler/ops/verify.ts";

Deno.test("nodes that read the same values as before are kept, and those after a change are made again", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [2, 3]);
  const before = b.negate(x);
  const changed = b.op("Exp", [before]);
  const after = b.negate(changed);
  const graph = b.graph(new Map([["before", before], ["after", after]]));
  const rewritten = rewrite(
    graph,
    (node, inputs, to) => node.op === "Exp" ? [to.sum(inputs[0]!, [1])] : undefined,
  );
  verify(rewritten, "after the rewriting");
  assertEquals(rewritten.nodes.map(({ op }) => op), ["Neg", "ReduceSum", "Neg"]);
  assertStrictEquals(rewritten.outputs.get("before"), before);
  assertNotStrictEquals(rewritten.outputs.get("after"), after);
  assertEquals(rewritten.outputs.get("after")!.shape, [2, 1]);
  assertEquals(after.shape, [2, 3]);
});
