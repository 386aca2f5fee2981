import { assertEquals, assertStringIncludes } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, NodeProtoSchema } from "onnx-buf";
import { compileGeneration, readOnnxFile } from "../../src/compiler/mod.ts";

const FOLDER = "test/fixtures/generation";

function file(path: string) {
  return { path, bytes: Deno.readFileSync(path) };
}

/** The names of a graph's inputs and outputs. */
function ends(bytes: Uint8Array, path: string): { inputs: string[]; outputs: string[] } {
  const { graph } = readOnnxFile(bytes, path).model;
  return { inputs: graph!.input.map(({ name }) => name), outputs: graph!.output.map(({ name }) => name) };
}

Deno.test("a decoder's graph gives the first logits and what is kept, and takes no text but the encoder's states", () => {
  const encoder = file(`${FOLDER}/t5/onnx/encoder_model.onnx`);
  const decoder = file(`${FOLDER}/t5/onnx/decoder_model.onnx`);
  const continuing = file(`${FOLDER}/t5/onnx/decoder_model_merged.onnx`);
  const compiled = compileGeneration(encoder.bytes, encoder.path, {
    insertion: "word-embeddings",
    decoder,
    continuing,
    verify: true,
  });
  const { inputs, outputs } = ends(compiled.next.bytes, "next");
  assertEquals(inputs.toSorted(), [
    "answer_rows",
    "attention_mask",
    "decoder_input_ids",
    "encoder_hidden_states",
  ]);
  const [own, cross] = ["decoder", "encoder"].map((side) =>
    ["key", "value"].map((part) => `past_key_values.0.${side}.${part}`)
  );
  assertEquals(outputs, ["next_logits", ...own!, ...cross!]);
  assertEquals(ends(compiled.encoder!.bytes, "encoder"), {
    inputs: ["input_ids", "attention_mask", "prompt", "prompt_rows"],
    outputs: ["encoder_hidden_states", "continued_hidden_states"],
  });
  assertEquals(compiled.chooseHidden?.names, ["encoder_hidden_states"]);
  assertEquals(compiled.chooseTexts?.names, ["continued_hidden_states", ...cross!]);
  assertEquals(compiled.chooseStates?.names, own);
});

Deno.test("where what is kept cannot be compiled, or there is no file that continues texts, there is no cache", () => {
  const own = file(`${FOLDER}/gpt2/onnx/model.onnx`);
  const model = fromBinary(ModelProtoSchema, own.bytes);
  const { node, output } = model.graph!;
  const state = output.find(({ name }) => name === "present.1.value")!.name;
  for (const one of node) one.output = one.output.map((name) => name === state ? "kept" : name);
  for (const one of node) one.input = one.input.map((name) => name === state ? "kept" : name);
  node.push(create(NodeProtoSchema, { opType: "Compress2", input: ["kept"], output: [state] }));
  const changed = { path: own.path, bytes: new Uint8Array(toBinary(ModelProtoSchema, model)) };
  for (
    const [continuing, reason] of [
      [undefined, "comes without a file that continues texts"],
      [changed, "Compress2"],
    ] as const
  ) {
    const { cache, next, chooseStates } = compileGeneration(changed.bytes, changed.path, { continuing });
    assertStringIncludes("reason" in cache ? cache.reason : "", reason);
    assertEquals(ends(next.bytes, "next").outputs, ["next_logits"]);
    assertEquals(chooseStates, undefined);
  }
});
