import { assert, assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { relativeError } from "../graph_runner.ts";
import { type FileNode, importedAnswer, modelFile, TOKENS, untouchedAnswer } from "../untouched.ts";

const WEIGHTS = { words: [10, 6], places: [4, 6], head: [6, 10], wide: [24, 10] };
const INTEGERS = {
  texts: [3, 4, 6],
  row: [1, -1, 6],
  tokens: [-1, 4, 6],
  whole: [-1, 24],
  zero: 0,
  front: [0],
};
const LOOKUP: FileNode = ["Gather", ["words", "input_ids"], ["x"]];
const HEAD: FileNode = ["MatMul", ["y", "head"], ["logits"]];
const SAME: FileNode = ["Identity", ["x"], ["y"]];

/** Declared shapes of the ids or of another input, and what is said of them. */
const DECLARED: readonly [inputs: Record<string, readonly (number | string)[]>, said: string][] = [
  [
    { input_ids: [1, 32] },
    "input 'input_ids' of file.onnx is [1, 32]: it was exported for one text of 32 tokens",
  ],
  [
    { input_ids: [8, "s"] },
    "input 'input_ids' of file.onnx is [8, s]: it was exported for 8 texts: export it",
  ],
  [
    { input_ids: ["b", 128] },
    "is [b, 128]: it was exported for texts of 128 tokens: export it with dynamic axes",
  ],
  [
    { input_ids: TOKENS, attention_mask: ["b", 1] },
    "input 'attention_mask' of file.onnx is [b, 1]: it was exported for texts of one token",
  ],
  [
    { input_ids: TOKENS, position_ids: [1, "s"] },
    "input 'position_ids' of file.onnx is [1, s]: it was exported for one text",
  ],
  [
    { input_ids: TOKENS, token_type_ids: [2, 16] },
    "input 'token_type_ids' of file.onnx is [2, 16]: it was exported for 2 texts of 16 tokens",
  ],
  [{ input_ids: ["b", "c", "s"] }, "input 'input_ids' of file.onnx has 3 axes, not two (batch and sequence)"],
];

for (const [inputs, said] of DECLARED) {
  Deno.test(`a model with fixed extents is refused: ${said}`, () => {
    const bytes = modelFile({ nodes: [LOOKUP, SAME, HEAD], weights: WEIGHTS, inputs });
    assertThrows(() => importModel(readOnnxFile(bytes, "file.onnx")), CompileError, said);
  });
}

Deno.test("extents that no tensor can have count as open", () => {
  const bytes = modelFile({ nodes: [LOOKUP, SAME, HEAD], weights: WEIGHTS, inputs: { input_ids: [-1, -1] } });
  assertEquals(importModel(readOnnxFile(bytes, "file.onnx")).outputs.get("logits")!.shape.map(String), [
    "batch",
    "sequence",
    "10",
  ]);
});

/** Numbers within the file, its inputs declared open, and what is said of them. */
const BAKED: Readonly<Record<string, [nodes: FileNode[], said: string]>> = {
  "a Reshape to one length": [
    [LOOKUP, ["Reshape", ["x", "tokens"], ["y"]], HEAD],
    "cannot be reshaped to [-1, 4, 6] (was the model exported for one length, or for one number of texts? Export it with dynamic axes): operator Reshape of node 'node_1'",
  ],
  "a Reshape to numbers": [
    [LOOKUP, ["Reshape", ["x", "texts"], ["y"]], HEAD],
    "cannot be reshaped to [3, 4, 6] (was the model exported for one length",
  ],
  "positions of one length": [
    [LOOKUP, ["Add", ["x", "places"], ["y"]], HEAD],
    "do not broadcast (was the model exported for one length",
  ],
  "a product over one length": [
    [LOOKUP, ["Flatten", ["x"], ["flat"]], ["MatMul", ["flat", "wide"], ["logits"]]],
    "inner dimensions 6*sequence and 24 differ (was the model exported for one length",
  ],
  "a batch that is squeezed away": [
    [LOOKUP, ["Squeeze", ["x", "front"], ["one"]], ["Unsqueeze", ["one", "front"], ["y"]], HEAD],
    "an axis of extent batch cannot be squeezed (was the model",
  ],
  "one text's vector joined to every text": [
    [LOOKUP, ["Gather", ["x", "zero"], ["first"]], ["Unsqueeze", ["first", "front"], ["one"]], [
      "Concat",
      ["x", "one"],
      ["y"],
      { axis: 2 },
    ], HEAD],
    "cannot be joined along axis 2 (was the model exported for one length",
  ],
  "texts laid in one row, which attention would mix": [
    [
      LOOKUP,
      ["Reshape", ["x", "row"], ["q"]],
      ["Transpose", ["q"], ["k"], { perm: [0, 2, 1] }],
      ["MatMul", ["q", "k"], ["scores"]],
      ["Softmax", ["scores"], ["seen"]],
      ["MatMul", ["seen", "q"], ["mixed"]],
      ["Shape", ["x"], ["shape"]],
      ["Reshape", ["mixed", "shape"], ["y"]],
      HEAD,
    ],
    "file.onnx: operator Softmax of node 'node_4' mixes the texts of a batch: was it exported for one text?",
  ],
};

for (const [name, [nodes, said]] of Object.entries(BAKED)) {
  Deno.test(`a model with an exporter's numbers inside is refused: ${name}`, () => {
    const bytes = modelFile({ nodes, weights: WEIGHTS, integers: INTEGERS });
    assertThrows(() => importModel(readOnnxFile(bytes, "file.onnx")), CompileError, said);
  });
}

Deno.test("a DeBERTa exported by tracing gives what its file gives", async () => {
  const bytes = await Deno.readFile("test/fixtures/traced/deberta-v3-opset14.onnx");
  const found = await importedAnswer(bytes);
  const expected = await untouchedAnswer(bytes);
  assertEquals(found.dims, expected.dims);
  assert(relativeError(found.data, expected.data) < 1e-6);
});
