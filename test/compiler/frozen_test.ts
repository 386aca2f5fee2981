import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { join } from "@std/path";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { compile } from "../../src/compiler/mod.ts";
import { MINI } from "../shared.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const CONTRACT = [
  "input_ids",
  "attention_mask",
  "position_ids",
  "prompt_rows",
  "answer_rows",
  "label_tokens",
  "label_weights",
  "labels",
  "prompt",
  "first_moment",
  "second_moment",
  "learning_rate",
  "weight_decay",
  "clip_norm",
  "step",
];

Deno.test("the compiled step takes and gives only what the contract names, and nothing of the model is trainable", async () => {
  const { train, predict, dimension } = compile(await Deno.readFile(path), path, "embedding-output", "adamw");
  const graph = fromBinary(ModelProtoSchema, train.bytes).graph!;
  assertEquals(dimension, 256);
  assertEquals(graph.input.map(({ name }) => name).toSorted(), CONTRACT.toSorted());
  assertEquals(
    graph.output.map(({ name }) => name).toSorted(),
    ["class_logits", "first_moment_next", "gradient", "loss", "prompt_next", "second_moment_next"],
  );
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const made = graph.node.flatMap(({ output }) => output);
  assertEquals(made.filter((name) => initializers.has(name)), [], "no node writes an initializer");
  const inputs = fromBinary(ModelProtoSchema, predict.bytes).graph!.input.map(({ name }) => name);
  assertEquals(inputs.filter((name) => !CONTRACT.slice(0, 7).includes(name) && name !== "prompt"), []);
});

Deno.test("every weight of the compiled step is a piece of the model's own file, byte for byte", async () => {
  const bytes = await Deno.readFile(path);
  const before = bytes.slice();
  const { train } = compile(bytes, path, "word-embeddings", "adamw");
  assert(bytes.every((byte, i) => byte === before[i]), "compiling leaves the model's bytes alone");
  const original = fromBinary(ModelProtoSchema, bytes).graph!.initializer;
  const pieces = new Set(
    original.map(({ rawData }) => `${rawData.byteOffset - bytes.byteOffset}:${rawData.byteLength}`),
  );
  const external = fromBinary(ModelProtoSchema, train.bytes).graph!.initializer
    .filter(({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL);
  assert(external.length > 50);
  for (const { name, externalData } of external) {
    const entry = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
    assertEquals(entry.location, "model.onnx");
    assert(pieces.has(`${entry.offset}:${entry.length}`), name);
  }
  assert(train.bytes.length < 300_000, `${train.bytes.length} bytes`);
});
