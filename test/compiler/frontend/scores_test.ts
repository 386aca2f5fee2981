import { assert, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { relativeError } from "../graph_runner.ts";
import { type FileNode, importedAnswer, modelFile, untouchedAnswer } from "../untouched.ts";

const FLOAT = 1;
const DOUBLE = 11;
const WEIGHTS = { words: [10, 6], head: [6, 10], small: [1] };
const SCORES: FileNode[] = [
  ["Gather", ["words", "input_ids"], ["x"]],
  ["MatMul", ["x", "head"], ["scores"]],
];

/** Nodes that make probabilities of the scores, which are left out again. */
const UNDONE: Readonly<Record<string, { nodes: FileNode[]; opset?: number }>> = {
  "a Softmax": { nodes: [["Softmax", ["scores"], ["logits"], { axis: -1 }]] },
  "a Softmax of before opset 13": { nodes: [["Softmax", ["scores"], ["logits"], { axis: 2 }]], opset: 12 },
  "its logarithm": { nodes: [["LogSoftmax", ["scores"], ["logits"], { axis: 2 }]] },
  "the logarithm of a Softmax": { nodes: [["Softmax", ["scores"], ["p"]], ["Log", ["p"], ["logits"]]] },
  "the exponential of its logarithm": {
    nodes: [["LogSoftmax", ["scores"], ["l"], { axis: -1 }], ["Exp", ["l"], ["logits"]]],
  },
  "a Softmax that is cast and handed on": {
    nodes: [
      ["Softmax", ["scores"], ["p"], { axis: -1 }],
      ["Cast", ["p"], ["double"], { to: DOUBLE }],
      ["Identity", ["double"], ["same"]],
      ["Cast", ["same"], ["logits"], { to: FLOAT }],
    ],
  },
  "a Softmax in one row a token": {
    nodes: [
      ["Reshape", ["scores", "rows"], ["flat"]],
      ["Softmax", ["flat"], ["p"], { axis: 1 }],
      ["Shape", ["scores"], ["tokens"]],
      ["Reshape", ["p", "tokens"], ["logits"]],
    ],
  },
  "a Softmax that is spelled out": {
    nodes: [
      ["ReduceMax", ["scores"], ["top"], { axes: [-1], keepdims: 1 }],
      ["Sub", ["scores", "top"], ["below"]],
      ["Exp", ["below"], ["e"]],
      ["ReduceSum", ["e", "last"], ["sum"], { keepdims: 1 }],
      ["Div", ["e", "sum"], ["logits"]],
    ],
  },
};

for (const [name, { nodes, opset = 17 }] of Object.entries(UNDONE)) {
  Deno.test(`probabilities at the end give way to the scores they are made of: ${name}`, async () => {
    const bytes = modelFile({
      nodes: [...SCORES, ...nodes],
      weights: WEIGHTS,
      integers: { rows: [-1, 10], last: [-1] },
      opset,
      outputs: ["logits", "scores"],
    });
    const found = await importedAnswer(bytes);
    const expected = await untouchedAnswer(bytes, "scores");
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}

Deno.test("a Softmax of attention is not the answer and stays", async () => {
  const bytes = modelFile({
    nodes: [
      ["Gather", ["words", "input_ids"], ["x"]],
      ["Softmax", ["x"], ["shares"], { axis: -1 }],
      ["MatMul", ["shares", "head"], ["logits"]],
    ],
    weights: WEIGHTS,
  });
  const found = await importedAnswer(bytes);
  const expected = await untouchedAnswer(bytes);
  assert(relativeError(found.data, expected.data) < 1e-6);
});

Deno.test("what is made of probabilities and cannot be undone is refused", () => {
  const bytes = modelFile({
    nodes: [...SCORES, ["Softmax", ["scores"], ["p"]], ["Add", ["p", "small"], ["q"]], ["Log", ["q"], [
      "logits",
    ]]],
    weights: WEIGHTS,
  });
  assertThrows(
    () => importModel(readOnnxFile(bytes, "file.onnx")),
    CompileError,
    "gives 'logits', which Add makes of the probabilities of words and not of their scores: export it without",
  );
});
