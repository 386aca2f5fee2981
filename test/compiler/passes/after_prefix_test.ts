import { assertEquals } from "@std/assert";
import { promptRows } from "../../../src/compiler/analysis/prompt_rows.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { keptValues } from "../../../src/compiler/passes/after_prefix.ts";
import { written } from "../../../src/compiler/passes/splice.ts";

const [BATCH, SEQUENCE, LENGTH] = [symbol("batch"), symbol("sequence"), symbol("length")];

Deno.test("a model whose rows read nothing of each other has nothing to keep, and its texts stay whole", () => {
  const b = new Builder("made.onnx");
  const words = b.input("words", "float32", [BATCH, SEQUENCE, 4]);
  const prompt = b.input("prompt", "float32", [LENGTH, 4]);
  const rows = b.input("prompt_rows", "int64", [BATCH, LENGTH]);
  const vectors = b.expand(b.reshape(prompt, [1, LENGTH, 4]), [BATCH, LENGTH, 4]);
  const logits = b.op("Relu", [written(b, words, vectors, rows)]);
  const graph = b.graph(new Map([["logits", logits]]));
  assertEquals(keptValues(graph, promptRows(graph, prompt, () => undefined)!), undefined);
});
