import { assertEquals, assertThrows } from "@std/assert";
import { canonicalize } from "../../../src/compiler/passes/canonicalize.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { findEmbedding } from "../../../src/compiler/analysis/embedding_layer.ts";
import { type Graph, liveNodes } from "../../../src/compiler/graph/graph.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { exposePositions } from "../../../src/compiler/passes/expose_positions.ts";
import { tinyModel, type TinyNode } from "../tiny_model.ts";

const imported = (bytes: Uint8Array): Graph => importModel(readOnnxFile(bytes, "tiny.onnx"));
const operators = (graph: Graph) => liveNodes(graph).map(({ op }) => op);
const INT64 = 7;

Deno.test("positions computed from the ids, as RoBERTa's export has them, give way to position_ids", () => {
  const nodes: TinyNode[] = [
    ["Equal", ["input_ids", "pad"], ["is_pad"]],
    ["Not", ["is_pad"], ["is_text"]],
    ["Cast", ["is_text"], ["mask"], { to: INT64 }],
    ["CumSum", ["mask", "one"], ["counted"]],
    ["Mul", ["counted", "mask"], ["masked"]],
    ["Add", ["masked", "pad"], ["positions"]],
    ["Gather", ["words", "input_ids"], ["w"]],
    ["Gather", ["places", "positions"], ["p"]],
    ["Add", ["w", "p"], ["x"]],
    ["MatMul", ["x", "query"], ["q"]],
    ["Softmax", ["q"], ["y"]],
    ["MatMul", ["y", "head"], ["logits"]],
  ];
  const weights = { words: [10, 4], places: [6, 4], query: [4, 4], head: [4, 10] };
  const exposed = exposePositions(
    canonicalize(imported(tinyModel(["input_ids"], nodes, weights, "logits", { pad: 1, one: 1 }))),
  ).graph;
  assertEquals(exposed.inputs.map(({ name }) => name), ["input_ids", "position_ids"]);
  assertEquals(operators(exposed).filter((op) => ["CumSum", "Equal", "Not"].includes(op)), []);
  assertEquals(findEmbedding(exposed).words.producer!.op, "Gather");
});

Deno.test("what the logits do not need is not imported, whatever it is", () => {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ["Mystery", ["x"], ["pooled"]],
    ["MatMul", ["x", "head"], ["logits"]],
  ];
  assertEquals(operators(imported(tinyModel(["input_ids"], nodes, { words: [10, 4], head: [4, 10] }))), [
    "Gather",
    "MatMul",
  ]);
});

Deno.test("what is split into a sequence is split, and read part by part", () => {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ["SplitToSequence", ["x", "size"], ["parts"], { axis: 2 }],
    ["SequenceAt", ["parts", "last"], ["b"]],
    ["MatMul", ["b", "head"], ["logits"]],
  ];
  const graph = imported(
    tinyModel(["input_ids"], nodes, { words: [10, 4], head: [1, 10] }, "logits", { size: 3, last: -1 }),
  );
  assertEquals(operators(graph), ["Gather", "Split", "MatMul"]);
  const split = liveNodes(graph).find(({ op }) => op === "Split")!;
  assertEquals(split.inputs[1]!.integers, [3, 1]);
});

Deno.test("a scale for whole rows is written as in older versions, and not as blocks of size 0", () => {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ["QuantizeLinear", ["x", "scale"], ["q"], { axis: 0, block_size: 0 }],
    ["DequantizeLinear", ["q", "scale"], ["y"], { axis: 0, block_size: 0 }],
    ["MatMul", ["y", "head"], ["logits"]],
  ];
  const weights = { words: [10, 4], head: [4, 10], scale: [1] };
  const graph = imported(tinyModel(["input_ids"], nodes, weights));
  assertEquals(operators(graph), ["Gather", "QuantizeLinear", "DequantizeLinear", "MatMul"]);
  for (const { attributes } of liveNodes(graph)) assertEquals(attributes.block_size, undefined);
  const blocks = nodes.map(([op, inputs, outputs, attributes]): TinyNode =>
    op === "QuantizeLinear"
      ? [op, inputs, outputs, { axis: 2, block_size: 2 }]
      : [op, inputs, outputs, attributes ?? {}]
  );
  assertThrows(() => imported(tinyModel(["input_ids"], blocks, weights)), CompileError, "in blocks");
});

Deno.test("the exact GELU of opset 20 and a Split without extents are taken in forms that every opset has", () => {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ["Gelu", ["x"], ["g"]],
    ["Split", ["g"], ["a", "b"], { axis: -1 }],
    ["MatMul", ["b", "head"], ["logits"]],
  ];
  const graph = imported(tinyModel(["input_ids"], nodes, { words: [10, 4], head: [2, 10] }));
  assertEquals(operators(graph), ["Gather", "com.microsoft.Gelu", "Split", "MatMul"]);
  const split = liveNodes(graph).find(({ op }) => op === "Split")!;
  assertEquals(split.inputs[1]!.integers, [2, 2]);
});

Deno.test("casts to the type that a value has, or in half precision, hide no operation from the compiler", () => {
  const [FLOAT, HALF] = [1, 10];
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ["Cast", ["x"], ["same"], { to: FLOAT }],
    ["Sigmoid", ["same"], ["gate"]],
    ["Cast", ["gate"], ["half"], { to: HALF }],
    ["Mul", ["x", "half"], ["y"]],
    ["MatMul", ["y", "head"], ["logits"]],
  ];
  const graph = imported(tinyModel(["input_ids"], nodes, { words: [10, 4], head: [4, 10] }));
  assertEquals(operators(graph), ["Gather", "Sigmoid", "Mul", "MatMul"]);
  assertEquals(operators(canonicalize(graph)), ["Gather", "com.microsoft.QuickGelu", "MatMul"]);
});
