import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { type ContinuingFile, continuingFile } from "../../../src/compiler/frontend/continuing_file.ts";
import { type OnnxFile, readOnnxFile } from "../../../src/compiler/mod.ts";

const PATH = "test/fixtures/generation/gpt2/onnx/model.onnx";
const BYTES = await Deno.readFile(PATH);
const FILE = readOnnxFile(BYTES, PATH);

/** The file after a change. */
function changed(change: (graph: GraphProto) => void) {
  const model = fromBinary(ModelProtoSchema, BYTES);
  change(model.graph!);
  return readOnnxFile(toBinary(ModelProtoSchema, model), PATH);
}

/** How a file continues its own texts. */
function cacheOf(file: OnnxFile): ContinuingFile {
  const found = continuingFile(file, file);
  if ("reason" in found) throw new Error(found.reason);
  return found;
}

Deno.test("pasts are matched with the outputs that they come from", () => {
  const found = cacheOf(FILE);
  assertEquals(found.logits, "logits");
  assertEquals(found.states.map(({ past, first, present, type }) => [past, first, present, type]), [
    ["past_key_values.0.key", "present.0.key", "present.0.key", "float32"],
    ["past_key_values.0.value", "present.0.value", "present.0.value", "float32"],
    ["past_key_values.1.key", "present.1.key", "present.1.key", "float32"],
    ["past_key_values.1.value", "present.1.value", "present.1.value", "float32"],
  ]);
  // The form of ONNX Runtime's own exports.
  const numbered = changed(({ input, output, node }) => {
    const rename = (name: string) =>
      name.replace(/^past_key_values\.(\d)\.(key|value)$/, "past_$2_$1").replace(
        /^present\.(\d)\.(key|value)$/,
        "present_$2_$1",
      );
    for (const one of [...input, ...output]) one.name = rename(one.name);
    for (const one of node) [one.input, one.output] = [one.input.map(rename), one.output.map(rename)];
  });
  const other = cacheOf(numbered);
  assertEquals(other.states[3], {
    past: "past_value_1",
    first: "present_value_1",
    present: "present_value_1",
    type: "float32",
  });
});

Deno.test("a file that cannot continue texts is named with what it lacks", () => {
  const plain = readOnnxFile(
    Deno.readFileSync("test/fixtures/families/gpt2-opset11.onnx"),
    "plain.onnx",
  );
  for (
    const [beginning, continuing, reason] of [
      [plain, plain, "takes no keys and values"],
      [plain, FILE, "has no output for 'past_key_values.0.key'"],
      [
        FILE,
        changed(({ input }) => void (input[0]!.name = "inputs_embeds")),
        "has the input 'inputs_embeds' (int64), for which there is no value",
      ],
      [FILE, changed(({ output }) => void (output[0]!.name = "present.logits")), "has no output 'logits'"],
    ] as const
  ) {
    const found = continuingFile(beginning, continuing);
    assertStringIncludes("reason" in found ? found.reason : "", reason);
  }
});
