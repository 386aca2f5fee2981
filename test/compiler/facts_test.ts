import { assertEquals, assertThrows } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from "onnx-buf";
import { compile, CompileError, factsOf, readOnnxFile } from "../../src/compiler/mod.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { familyModel } from "./family_step.ts";
import { tinyModel, type TinyNode } from "./tiny_model.ts";

/** Attention, a text's first position and how many it has, and the most tokens of all: as the graph says. */
async function said(name: string): Promise<(string | number | undefined)[]> {
  const path = familyModel(name);
  const { attention, positions, sequence, takesPast } = factsOf(
    readOnnxFile(await Deno.readFile(path), path, readRegion),
  );
  return [attention, positions?.first, positions?.limit, sequence, ...(takesPast ? ["past"] : [])];
}

Deno.test("graphs say which way attention looks, and how long texts can be", async () => {
  assertEquals(await said("bert-opset11"), ["bidirectional", 0, 32, undefined]);
  assertEquals(await said("bert-optimized"), ["bidirectional", 0, 32, undefined]);
  // Its token types are cut from a buffer as long as its table of positions, which is no limit of prompt and text together.
  assertEquals(await said("bert-traced-opset18"), ["bidirectional", 0, 32, undefined]);
  assertEquals(await said("roberta-opset14"), ["bidirectional", 2, 30, undefined]);
  assertEquals(await said("opt-opset13"), ["causal", 2, 32, undefined]);
  assertEquals(await said("gpt2-past-opset14"), ["causal", 0, 32, 32, "past"]);
  assertEquals(await said("gpt-neox-opset15"), ["causal", undefined, undefined, 32]);
  assertEquals(await said("llama-built-int4"), ["causal", undefined, undefined, 32, "past"]);
  assertEquals(await said("qwen3-opset16"), ["causal", undefined, undefined, undefined]);
});

Deno.test("a mask that is meant the other way round says nothing of which way attention looks", async () => {
  const path = familyModel("bert-opset11");
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(path));
  const { node, initializer } = model.graph!;
  const [input, output] = ["attention_mask", "mask_of_padding"] as const;
  for (const one of node) one.input = one.input.map((name) => name === input ? output : name);
  node.unshift(create(NodeProtoSchema, { opType: "Sub", input: ["one", input], output: [output] }));
  initializer.push(create(TensorProtoSchema, { name: "one", dataType: 7, int64Data: [1n] }));
  const file = readOnnxFile(toBinary(ModelProtoSchema, model), path, readRegion);
  assertEquals(factsOf(file).attention, undefined);
});

Deno.test("a soft prompt is refused where the model reads token ids beside its embeddings", () => {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["w"]],
    ["Softmax", ["w"], ["y"]],
    ["Equal", ["input_ids", "pad"], ["is_pad"]],
    ["Unsqueeze", ["is_pad", "last"], ["column"]],
    ["Where", ["column", "nought", "y"], ["masked"]],
    ["MatMul", ["masked", "head"], ["logits"]],
  ];
  const weights = { words: [10, 4], head: [4, 10], nought: [] };
  const bytes = tinyModel(["input_ids"], nodes, weights, "logits", { pad: 0, last: -1 });
  assertThrows(
    () => compile(bytes, "tiny.onnx", "embedding-output", "adamw"),
    CompileError,
    "operator Equal of node 'node_2' depends on token ids",
  );
});
