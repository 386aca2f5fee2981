import { assertThrows } from "@std/assert";
import { join } from "@std/path";
import { compile, CompileError } from "../../src/compiler/mod.ts";
import { MINI } from "../shared.ts";
import { tinyModel, type TinyNode } from "./tiny_model.ts";

const WEIGHTS = { words: [10, 4], head: [4, 10] };
const LOOKUP: TinyNode = ["Gather", ["words", "input_ids"], ["x"]];
const HEAD: TinyNode = ["MatMul", ["x", "head"], ["logits"]];

function refuses(name: string, bytes: () => Uint8Array | Promise<Uint8Array>, message: string): void {
  Deno.test(`the compiler refuses ${name}`, async () => {
    const model = await bytes();
    assertThrows(() => compile(model, "some/model.onnx", "embedding-output", "adamw"), CompileError, message);
  });
}

Deno.test("the compiler takes the smallest language model there is", () => {
  compile(tinyModel(["input_ids"], [LOOKUP, HEAD], WEIGHTS), "some/model.onnx", "embedding-output", "adamw");
});

refuses("a model that is cut off", async () => {
  const whole = await Deno.readFile(join(MINI, "onnx", "model.onnx"));
  return whole.slice(0, 1_000_000);
}, "some/model.onnx is not an ONNX model, or it is cut off (1000000 bytes)");

refuses(
  "a text file",
  () => new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"),
  "is not an ONNX model",
);

refuses("an empty file", () => new Uint8Array(0), "holds no ONNX graph");

refuses(
  "a model without input_ids",
  () => tinyModel(["pixel_values"], [["MatMul", ["pixel_values", "head"], ["logits"]]], WEIGHTS),
  "input 'pixel_values'",
);

refuses(
  "a model without any input",
  () => tinyModel([], [HEAD], { ...WEIGHTS, x: [1, 1, 4] }),
  "no input 'input_ids' (its inputs: none)",
);

refuses(
  "an operator without a row, naming it, its node and the model",
  () => tinyModel(["input_ids"], [LOOKUP, ["Unique", ["x", "head"], ["logits"]]], WEIGHTS),
  "no row for operator Unique of node 'node_1' in some/model.onnx",
);

refuses(
  "an operator without a gradient between the prompt and the loss",
  () =>
    tinyModel(
      ["input_ids"],
      [["Gather", ["words", "input_ids"], ["w"]], ["Floor", ["w"], ["x"]], HEAD],
      WEIGHTS,
    ),
  "no gradient for operator Floor of node 'node_1' in some/model.onnx",
);

refuses(
  "shapes that do not fit, naming the node",
  () => tinyModel(["input_ids"], [LOOKUP, HEAD], { ...WEIGHTS, head: [5, 10] }),
  "inner dimensions 4 and 5 differ: operator MatMul of node 'node_1'",
);

refuses(
  "a model without a language-model head",
  () => tinyModel(["input_ids"], [LOOKUP], WEIGHTS, "x"),
  "gives hidden states of size 4, not logits over its 10 words",
);

refuses(
  "an encoder-decoder model, saying that it is one",
  () =>
    tinyModel(["input_ids", "decoder_input_ids"], [LOOKUP, ["MatMul", ["x", "head"], ["logits"]]], WEIGHTS),
  "encoder-decoder",
);
