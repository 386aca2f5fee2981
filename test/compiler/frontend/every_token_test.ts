import { assert, assertEquals, assertThrows } from "@std/assert";
import { Tensor as OrtTensor } from "onnxruntime-node";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { factsOf } from "../../../src/compiler/facts.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { relativeError } from "../graph_runner.ts";
import { type FileNode, importedAnswer, modelFile, TOKENS, untouchedAnswer } from "../untouched.ts";

const WEIGHTS = { words: [10, 6], head: [6, 10], bias: [10], scale: [6], shift: [6] };
const INTEGERS = { last: -1, lasts: [-1], end: [2 ** 62], one: [1], first: 0, ones: [-1, 1] };
const HIDDEN: FileNode[] = [["Gather", ["words", "input_ids"], ["x"]], ["Tanh", ["x"], ["hidden"]]];

/** A model whose head reads `picked`, which some nodes make of its hidden states; or all of them, where none do. */
function model(nodes: FileNode[], head: FileNode[] = HEAD): Uint8Array {
  const all = nodes.length === 0 ? [["Identity", ["hidden"], ["picked"]]] as FileNode[] : nodes;
  return modelFile({
    nodes: [...HIDDEN, ...all, ...head],
    weights: WEIGHTS,
    integers: INTEGERS,
    inputs: { input_ids: TOKENS, attention_mask: TOKENS },
  });
}

const HEAD: FileNode[] = [["MatMul", ["picked", "head"], ["y"]], ["Add", ["y", "bias"], ["logits"]]];

/** Ways to pick the last token, and the last that is no padding. */
const PICKS: Readonly<Record<string, FileNode[]>> = {
  "a Gather that keeps its axis": [["Gather", ["hidden", "lasts"], ["picked"], { axis: 1 }]],
  "a Gather that drops its axis": [["Gather", ["hidden", "last"], ["picked"], { axis: 1 }]],
  "a Slice": [["Slice", ["hidden", "lasts", "end", "one"], ["picked"]]],
  "a Slice and a Squeeze": [
    ["Slice", ["hidden", "lasts", "end", "one"], ["kept"]],
    ["Squeeze", ["kept", "one"], ["picked"]],
  ],
  "a place computed from the length": [
    ["Shape", ["input_ids"], ["shape"]],
    ["Slice", ["shape", "one", "end"], ["length"]],
    ["Sub", ["length", "one"], ["place"]],
    ["Gather", ["hidden", "place"], ["picked"], { axis: 1 }],
  ],
  "the place of each text's last token": [
    ["ReduceSum", ["attention_mask", "one"], ["length"], { keepdims: 1 }],
    ["Sub", ["length", "one"], ["place"]],
    ["GatherND", ["hidden", "place"], ["picked"], { batch_dims: 1 }],
  ],
};

for (const [name, nodes] of Object.entries(PICKS)) {
  Deno.test(`a head on one token is put on all of them: ${name}`, async () => {
    const found = await importedAnswer(model(nodes));
    const expected = await untouchedAnswer(model([]));
    assertEquals(found.dims, [3, 4, 10]);
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}

/** Heads of several operators. */
const HEADS: Readonly<Record<string, { pick: FileNode; head: FileNode[]; all: FileNode[] }>> = {
  "a Gemm": {
    pick: ["Gather", ["hidden", "last"], ["picked"], { axis: 1 }],
    head: [["Gemm", ["picked", "head", "bias"], ["logits"]]],
    all: HEAD,
  },
  "a norm, a Gemm, a cap and a Softmax": {
    pick: ["Gather", ["hidden", "last"], ["picked"], { axis: 1 }],
    head: [
      ["LayerNormalization", ["picked", "scale", "shift"], ["n"], { axis: 1 }],
      ["Gemm", ["n", "head", "bias"], ["y"]],
      ["Tanh", ["y"], ["scores"]],
      ["Unsqueeze", ["scores", "one"], ["u"]],
      ["Softmax", ["u"], ["logits"]],
    ],
    all: [
      ["LayerNormalization", ["picked", "scale", "shift"], ["n"]],
      ["MatMul", ["n", "head"], ["m"]],
      ["Add", ["m", "bias"], ["y"]],
      ["Tanh", ["y"], ["logits"]],
    ],
  },
};

for (const [name, { pick, head, all }] of Object.entries(HEADS)) {
  Deno.test(`a head on one token is put on all of them: ${name}`, async () => {
    const found = await importedAnswer(model([pick], head));
    const expected = await untouchedAnswer(model([], all));
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}

Deno.test("it is known whether a file gives the logits of one token of each text", () => {
  const isOfOne = (nodes: FileNode[]) => factsOf(readOnnxFile(model(nodes), "file.onnx")).ofOneToken;
  for (const nodes of Object.values(PICKS)) assertEquals(isOfOne(nodes), true);
  assertEquals(isOfOne([]), false);
});

/** What cannot be undone: another token, two choices, sums over the tokens. */
const REFUSED: Readonly<Record<string, FileNode[]>> = {
  "the first token": [["Gather", ["hidden", "first"], ["picked"], { axis: 1 }]],
  "the mean of all": [["ReduceMean", ["hidden"], ["picked"], { axes: [1], keepdims: 0 }]],
  "the last token and what was taken off it before": [
    ["Gather", ["hidden", "lasts"], ["a"], { axis: 1 }],
    ["Gather", ["x", "lasts"], ["b"], { axis: 1 }],
    ["Sub", ["a", "b"], ["picked"]],
  ],
};

for (const [name, nodes] of Object.entries(REFUSED)) {
  Deno.test(`a head on one token that cannot be put on all is refused: ${name}`, () => {
    assertThrows(
      () => importModel(readOnnxFile(model(nodes), "file.onnx")),
      CompileError,
      "the logits of one token of each text, and the choice of that token cannot be undone: export it with the logits of all",
    );
  });
}

for (const [name, dims] of [["num_logits_to_keep", []], ["logits_to_keep", [1]]] as const) {
  Deno.test(`of a model that asks how many logits to give (${name}), all are asked for`, async () => {
    const start: FileNode[] = dims.length === 0
      ? [["Neg", [name], ["n"]], ["Unsqueeze", ["n", "zero"], ["from"]]]
      : [["Neg", [name], ["from"]]];
    const bytes = modelFile({
      nodes: [...HIDDEN, ...start, ["Slice", ["hidden", "from", "end", "one"], ["picked"]], ...HEAD],
      weights: WEIGHTS,
      integers: { ...INTEGERS, zero: [0] },
      inputs: { input_ids: TOKENS, [name]: dims },
    });
    const all = { [name]: new OrtTensor("int64", BigInt64Array.of(0n), dims) };
    const found = await importedAnswer(bytes);
    const expected = await untouchedAnswer(bytes, "logits", all);
    assertEquals(found.dims, [3, 4, 10]);
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}
