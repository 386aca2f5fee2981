import { assertThrows } from "@std/assert";
import { join } from "@std/path";
import { compile, CompileError } from "../../../src/compiler/mod.ts";
import { MINI } from "../../shared.ts";
import { tinyModel, type TinyNode } from "../tiny_model.ts";

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

/** Files that are something else, by their first bytes, and what is said of them. */
const OTHER_FILES: Readonly<Record<string, [start: string, said: string]>> = {
  "a Git LFS pointer": [
    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n",
    "some/model.onnx is a Git LFS pointer, which stands for the model's file: fetch that with 'git lfs pull'",
  ],
  "an empty file": ["", "some/model.onnx is empty: download it again"],
  "a web page": [
    "\n<!DOCTYPE html><html><body>404</body></html>",
    "is a web page and no model: its download",
  ],
  "a checkpoint of PyTorch": [
    "PK\x03\x04\x00\x00data.pkl",
    "is a ZIP archive, as PyTorch's checkpoints are: export",
  ],
  "a pickle": ["\x80\x02}q\x00.", "is a pickle of Python"],
  "a safetensors file": [
    '\x20\0\0\0\0\0\0\0{"__metadata__":{}}',
    "is a safetensors file: weights without a graph",
  ],
  "a GGUF file": ["GGUF\x03\0\0\0", "is a GGUF file: export the model to ONNX"],
  "a JSON file": ['{"error": "not found"}', "is a JSON file: name the model's .onnx file"],
  "a text": ["hello, world", "is not an ONNX model, or it is cut off (12 bytes)"],
};

for (const [name, [start, said]] of Object.entries(OTHER_FILES)) {
  refuses(name, () => Uint8Array.from(start, (character) => character.charCodeAt(0)), said);
}

refuses(
  "a model without input_ids",
  () => tinyModel(["pixel_values"], [["MatMul", ["pixel_values", "head"], ["logits"]]], WEIGHTS),
  "some/model.onnx has no input 'input_ids' (its inputs: 'pixel_values'): if one of them takes token ids, export the model with that input named 'input_ids'; otherwise it is not a language model",
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
  "numbers of a type that it does not know",
  () =>
    tinyModel(["input_ids"], [LOOKUP, ["Cast", ["x"], ["complex"], { to: 15 }], ["MatMul", [
      "complex",
      "head",
    ], ["logits"]]], WEIGHTS),
  "numbers are cast to COMPLEX128, a type that is not supported: operator Cast of node 'node_1' in some/model.onnx",
);

refuses(
  "outputs without a gradient between the prompt and the loss",
  () =>
    tinyModel(
      ["input_ids"],
      [
        ["Gather", ["words", "input_ids"], ["w"]],
        ["LayerNormalization", ["w", "scale"], ["y", "mean"]],
        ["Add", ["y", "mean"], ["x"]],
        HEAD,
      ],
      { ...WEIGHTS, scale: [4] },
    ),
  "no gradient flows back through the mean and the deviation as outputs: operator LayerNormalization of node 'node_1' in some/model.onnx",
);

refuses(
  "a model in float64",
  () =>
    tinyModel(["input_ids"], [
      ["Cast", ["words"], ["doubles"], { to: 11 }],
      ["Cast", ["head"], ["double_head"], { to: 11 }],
      ["Gather", ["doubles", "input_ids"], ["x"]],
      ["MatMul", ["x", "double_head"], ["logits"]],
    ], WEIGHTS),
  "some/model.onnx computes in float64, but prompts are tuned in float32: export it in float32",
);

refuses(
  "a model whose logits are made float64",
  () =>
    tinyModel(["input_ids"], [LOOKUP, ["MatMul", ["x", "head"], ["y"]], ["Cast", ["y"], ["logits"], {
      to: 11,
    }]], WEIGHTS),
  "some/model.onnx computes in float64",
);

Deno.test("the compiler takes a table in float64 whose rows are made float32", () => {
  const nodes: TinyNode[] = [
    ["Cast", ["words"], ["doubles"], { to: 11 }],
    ["Gather", ["doubles", "input_ids"], ["rows"]],
    ["Cast", ["rows"], ["x"], { to: 1 }],
    HEAD,
  ];
  compile(tinyModel(["input_ids"], nodes, WEIGHTS), "some/model.onnx", "word-embeddings", "adamw");
});

/** A model that multiplies the rows of its quantized table as they are stored. */
function quantizedRows(...further: TinyNode[]): Uint8Array {
  return tinyModel(
    ["input_ids"],
    [
      ["Cast", ["words"], ["stored"], { to: 2 }],
      ["Cast", ["projection"], ["stored_projection"], { to: 2 }],
      ["Gather", ["stored", "input_ids"], ["rows"]],
      ["MatMulInteger", ["rows", "stored_projection"], ["product"]],
      ["Cast", ["product"], ["x"], { to: 1 }],
      ...further,
    ],
    { ...WEIGHTS, projection: [4, 4] },
  );
}

Deno.test("word embeddings that are read as they are stored are refused with the way out, which is one", () => {
  const bytes = quantizedRows(["Softmax", ["x"], ["mixed"]], ["MatMul", ["mixed", "head"], ["logits"]]);
  assertThrows(
    () => compile(bytes, "some/model.onnx", "word-embeddings", "adamw"),
    CompileError,
    "some/model.onnx: the word embeddings are uint8, which operator MatMulInteger of node 'node_3' reads as they are stored, and a prompt's vectors are float32: set 'insertion: embedding-output'",
  );
  compile(bytes, "some/model.onnx", "embedding-output", "adamw");
  assertThrows(
    () => compile(quantizedRows(HEAD), "some/model.onnx", "word-embeddings", "adamw"),
    CompileError,
    "this model takes only hard prompts",
  );
});

refuses(
  "shapes that do not fit, naming the node",
  () => tinyModel(["input_ids"], [LOOKUP, HEAD], { ...WEIGHTS, head: [5, 10] }),
  "inner dimensions 4 and 5 differ (export the model with another exporter or opset, or take another model): operator MatMul of node 'node_1'",
);

refuses(
  "a model without a language-model head",
  () => tinyModel(["input_ids"], [LOOKUP], WEIGHTS, "x"),
  "gives no logits [batch, sequence, vocabulary] over its 10 words but 'x' float32 [batch, sequence, 4] (hidden states",
);

/** Halves and wholes of encoder-decoder models, by an input that only they have. */
const OF_TWO_TEXTS: Readonly<Record<string, string>> = {
  decoder_input_ids: "it is an encoder-decoder model such as T5, which reads one text and writes another",
  encoder_hidden_states: "it is only the decoder of an encoder-decoder model such as T5",
  encoder_attention_mask: "it is only the decoder of an encoder-decoder model such as T5",
};

for (const [input, said] of Object.entries(OF_TWO_TEXTS)) {
  refuses(
    `a model with the input ${input}, saying what it is`,
    () => tinyModel(["input_ids", input], [LOOKUP, HEAD], WEIGHTS),
    `some/model.onnx has the input '${input}': ${said}`,
  );
}

refuses(
  "a model that is fed embeddings",
  () => tinyModel(["inputs_embeds"], [["MatMul", ["inputs_embeds", "head"], ["logits"]]], WEIGHTS),
  "takes embeddings ('inputs_embeds') and not token ids",
);

refuses(
  "a graph that cuts where texts decide, with a way out",
  () =>
    tinyModel(
      ["input_ids"],
      [
        LOOKUP,
        ["ReduceMax", ["input_ids"], ["greatest"], { keepdims: 0 }],
        ["Unsqueeze", ["greatest", "axis"], ["end"]],
        ["Unsqueeze", ["axis", "axis"], ["start"]],
        ["Slice", ["x", "start", "end"], ["cut"]],
        ["MatMul", ["cut", "head"], ["logits"]],
      ],
      WEIGHTS,
      "logits",
      { axis: 0 },
    ),
  "the bounds of the cut are not known at compile time (export the model with another exporter or opset, or take another model): operator Slice",
);
