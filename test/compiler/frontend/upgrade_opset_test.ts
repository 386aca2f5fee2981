import { assert, assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { relativeError } from "../graph_runner.ts";
import { type FileNode, importedAnswer, modelFile, untouchedAnswer } from "../untouched.ts";

/** What makes `y` [batch, sequence, 6] of `x`, of the same shape, in an older version of ONNX's operators. */
interface OlderForm {
  readonly opset: number;
  readonly nodes: FileNode[];
}

const FORMS: Readonly<Record<string, OlderForm>> = {
  "Clip by attributes": { opset: 7, nodes: [["Clip", ["x"], ["y"], { min: "-0.25", max: "0.5" }]] },
  "Clip by one attribute": { opset: 10, nodes: [["Clip", ["x"], ["y"], { max: "0.5" }]] },
  "Slice by attributes": {
    opset: 9,
    nodes: [
      ["Slice", ["x"], ["a"], { axes: [2], starts: [0], ends: [2] }],
      ["Slice", ["x"], ["b"], { axes: [-1], starts: [-4], ends: [9223372036854775807 - 1024] }],
      ["Concat", ["a", "b"], ["y"], { axis: 2 }],
    ],
  },
  "Slice by attributes, from the first axis on": {
    opset: 9,
    nodes: [["Slice", ["x"], ["y"], { starts: [0, 0], ends: [2147483647, 2147483647] }]],
  },
  "Pad by attributes, with a number": {
    opset: 10,
    nodes: [
      ["Pad", ["x"], ["p"], { pads: [0, 0, 2, 0, 0, 1], value: "0.75" }],
      ["Slice", ["p", "three", "end", "two"], ["y"]],
    ],
  },
  "Squeeze, Unsqueeze and sums by attributes": {
    opset: 11,
    nodes: [
      ["Unsqueeze", ["x"], ["u"], { axes: [0, 3] }],
      ["Squeeze", ["u"], ["s"], { axes: [0] }],
      ["ReduceSum", ["s"], ["t"], { axes: [2], keepdims: 0 }],
      ["ReduceSum", ["t"], ["total"], { axes: [-1], keepdims: 1 }],
      ["Sub", ["t", "total"], ["y"]],
    ],
  },
  "Squeeze of whatever is 1": {
    opset: 12,
    nodes: [["Unsqueeze", ["x"], ["u"], { axes: [0, 3] }], ["Squeeze", ["u"], ["y"]]],
  },
  "Split by an attribute": {
    opset: 11,
    nodes: [
      ["Split", ["x"], ["a", "b"], { axis: 2, split: [2, 4] }],
      ["Concat", ["b", "a"], ["y"], { axis: 2 }],
    ],
  },
  "Softmax over the axes from the second on": { opset: 11, nodes: [["Softmax", ["x"], ["y"]]] },
  "the logarithm of Softmax over the last axis": {
    opset: 12,
    nodes: [["LogSoftmax", ["x"], ["y"], { axis: 2 }]],
  },
  "the logarithm of Softmax over the axes from the second on": {
    opset: 11,
    nodes: [["LogSoftmax", ["x"], ["y"]]],
  },
  "Dropout by an attribute": { opset: 10, nodes: [["Dropout", ["x"], ["y"], { ratio: "0.5" }]] },
  "Scatter": {
    opset: 9,
    nodes: [
      ["Shape", ["x"], ["shape"]],
      ["ConstantOfShape", ["shape"], ["zeros"]],
      ["Cast", ["zeros"], ["places"], { to: 7 }],
      ["Scatter", ["x", "places", "x"], ["y"], { axis: 2 }],
    ],
  },
  "sums, largest and smallest of three": {
    opset: 8,
    nodes: [
      ["Sum", ["x", "x", "scale"], ["s"]],
      ["Max", ["s", "x", "scale"], ["m"]],
      ["Min", ["m", "s", "x"], ["y"]],
    ],
  },
  "a mean of attributes and a choice": {
    opset: 9,
    nodes: [
      ["ReduceMean", ["x"], ["m"], { axes: [-1], keepdims: 1 }],
      ["Greater", ["x", "m"], ["above"]],
      ["Where", ["above", "x", "m"], ["y"]],
    ],
  },
};

for (const [name, { opset, nodes }] of Object.entries(FORMS)) {
  Deno.test(`opset ${opset}: ${name}`, async () => {
    const bytes = modelFile({
      opset,
      nodes: [
        ["Gather", ["words", "input_ids"], ["x"]],
        ...nodes,
        ["MatMul", ["y", "head"], ["logits"]],
      ],
      weights: { words: [10, 6], head: [6, 10], scale: [6] },
      integers: { two: [2], three: [3], end: [2 ** 62] },
    });
    const found = await importedAnswer(bytes);
    const expected = await untouchedAnswer(bytes);
    assertEquals(found.dims, expected.dims);
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}

Deno.test("operators of before opset 7, which broadcast in another way, are refused", () => {
  const bytes = modelFile({
    opset: 6,
    nodes: [["Gather", ["words", "input_ids"], ["x"]], ["MatMul", ["x", "head"], ["logits"]]],
    weights: { words: [10, 6], head: [6, 10] },
  });
  assertThrows(
    () => importModel(readOnnxFile(bytes, "file.onnx")),
    CompileError,
    "file.onnx is written in opset 6 of ONNX, and the compiler knows 7 and later: convert it",
  );
});

Deno.test("a model that drops numbers at random is refused", () => {
  const bytes = modelFile({
    nodes: [
      ["Gather", ["words", "input_ids"], ["x"]],
      ["Equal", ["one", "one"], ["training"]],
      ["Dropout", ["x", "ratio", "training"], ["y"]],
      ["MatMul", ["y", "head"], ["logits"]],
    ],
    weights: { words: [10, 6], head: [6, 10], ratio: [] },
    integers: { one: 1 },
  });
  assertThrows(
    () => importModel(readOnnxFile(bytes, "file.onnx")),
    CompileError,
    "numbers are dropped at random: export the model for inference (model.eval()): operator Dropout",
  );
});
