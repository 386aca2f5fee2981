import { assertEquals } from "@std/assert";
import type { Graph, Value } from "../../../src/compiler/graph/graph.ts";
import { liveNodes } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { simplify } from "../../../src/compiler/passes/simplify.ts";

/** What is left of what is made of a tensor [2, 1, 3]: operators, and their attributes where they have any. */
function simplified(make: (b: Builder, x: Value) => Value): string[] {
  const b = new Builder("model.onnx");
  const y = make(b, b.input("x", "float32", [2, 1, 3]));
  const graph: Graph = b.graph(new Map([["y", y]]));
  return liveNodes(simplify(graph)).map(({ op, attributes }) =>
    Object.keys(attributes).length ? `${op} ${JSON.stringify(attributes)}` : op
  );
}

Deno.test("a Transpose without 'perm' reverses the axes", () => {
  assertEquals(simplified((b, x) => b.op("Transpose", [x])), ["Transpose"]);
  assertEquals(simplified((b, x) => b.op("Transpose", [b.op("Transpose", [x])])), []);
  const twice = (b: Builder, x: Value) => b.op("Transpose", [b.op("Transpose", [x], { perm: [2, 0, 1] })]);
  assertEquals(simplified(twice), ['Transpose {"perm":[1,0,2]}']);
});
