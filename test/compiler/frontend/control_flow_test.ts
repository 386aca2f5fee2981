import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { liveNodes } from "../../../src/compiler/graph/graph.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { tinyModel, type TinyNode } from "../tiny_model.ts";

const INT64 = 7;
const BOOL = 9;

/** A branch that does one thing to `x`, which the graph around it makes. */
function branch(name: string, opType: string) {
  return create(AttributeProtoSchema, {
    name,
    type: Kind.GRAPH,
    g: create(GraphProtoSchema, {
      node: [create(NodeProtoSchema, { opType, input: ["x"], output: [name] })],
      output: [create(ValueInfoProtoSchema, { name })],
    }),
  });
}

/** A tiny model in which an operator with branches makes `y`, its condition the named value. */
function branching(
  opType: string,
  condition: string,
  inputs = ["input_ids"],
  before: TinyNode[] = [],
): Uint8Array {
  const nodes: TinyNode[] = [
    ["Gather", ["words", "input_ids"], ["x"]],
    ...before,
    [opType, [condition], ["y"]],
    ["MatMul", ["y", "head"], ["logits"]],
  ];
  const model = fromBinary(
    ModelProtoSchema,
    tinyModel(inputs, nodes, { words: [10, 4], head: [4, 10] }, "logits", { three: 3, one: 1 }),
  );
  model.graph!.node.find((node) => node.opType === opType)!.attribute = [
    branch("then_branch", "Tanh"),
    branch("else_branch", "Sigmoid"),
  ];
  return toBinary(ModelProtoSchema, model);
}

const imported = (bytes: Uint8Array) => importModel(readOnnxFile(bytes, "tiny.onnx"));
const operators = (bytes: Uint8Array) => liveNodes(imported(bytes)).map(({ op }) => op);

Deno.test("of a model merged with its cached half, the branch without a cache is taken", () => {
  const bytes = branching("If", "use_cache_branch", ["input_ids", "use_cache_branch"]);
  assertEquals(operators(bytes), ["Gather", "Sigmoid", "MatMul"]);
});

Deno.test("the branch of a choice that shapes decide is taken", () => {
  const before: TinyNode[] = [
    ["Shape", ["x"], ["shape"]],
    ["Size", ["shape"], ["rank"]],
    ["Equal", ["rank", "three"], ["is_three"]],
  ];
  assertEquals(operators(branching("If", "is_three", ["input_ids"], before)), ["Gather", "Tanh", "MatMul"]);
});

/** What a tiny model chooses by, and the operator of the branch that is right. */
const CHOICES: Readonly<Record<string, { nodes: TinyNode[]; taken: string }>> = {
  "a length is not another than itself, as DeBERTa's code asks": {
    nodes: [["Equal", ["length", "length"], ["e"]], ["Not", ["e"], ["n"]], ["Cast", ["n"], ["c"], {
      to: BOOL,
    }]],
    taken: "Sigmoid",
  },
  "a length is not the length and one": {
    nodes: [["Add", ["length", "one"], ["more"]], ["Equal", ["length", "more"], ["c"]]],
    taken: "Sigmoid",
  },
  "a length is at least one": { nodes: [["GreaterOrEqual", ["length", "one"], ["c"]]], taken: "Tanh" },
  "a length is less than twice the length": {
    nodes: [["Add", ["length", "length"], ["twice"]], ["Less", ["length", "twice"], ["c"]]],
    taken: "Tanh",
  },
  "a product of lengths is not 0": {
    nodes: [["Mul", ["length", "length"], ["square"]], ["Cast", ["square"], ["c"], { to: BOOL }]],
    taken: "Tanh",
  },
  "the sign of what is below 0": {
    nodes: [
      ["Neg", ["length"], ["below"]],
      ["Sign", ["below"], ["sign"]],
      ["Abs", ["sign"], ["size"]],
      ["Equal", ["size", "one"], ["c"]],
    ],
    taken: "Tanh",
  },
  "the larger of a length and one is the length": {
    nodes: [
      ["Max", ["length", "one"], ["larger"]],
      ["Min", ["larger", "length"], ["smaller"]],
      ["Equal", ["smaller", "length"], ["c"]],
    ],
    taken: "Tanh",
  },
  "three times a length leaves no rest by three": {
    nodes: [
      ["Mul", ["length", "three"], ["thrice"]],
      ["Mod", ["thrice", "three"], ["rest"]],
      ["Cast", ["rest"], ["c"], { to: BOOL }],
    ],
    taken: "Sigmoid",
  },
  "both, either and one of two": {
    nodes: [
      ["Equal", ["one", "one"], ["yes"]],
      ["Equal", ["one", "three"], ["no"]],
      ["And", ["yes", "no"], ["and"]],
      ["Or", ["and", "yes"], ["or"]],
      ["Xor", ["or", "no"], ["xor"]],
      ["Where", ["xor", "three", "one"], ["chosen"]],
      ["Equal", ["chosen", "three"], ["c"]],
    ],
    taken: "Tanh",
  },
};

for (const [name, { nodes, taken }] of Object.entries(CHOICES)) {
  Deno.test(`a choice is made when the model is compiled: ${name}`, () => {
    const before: TinyNode[] = [
      ["Shape", ["input_ids"], ["shape"]],
      ["Gather", ["shape", "one"], ["length"]],
      ...nodes,
    ];
    assertEquals(operators(branching("If", "c", ["input_ids"], before)), ["Gather", taken, "MatMul"]);
  });
}

Deno.test("a choice by how long a text is, is refused", () => {
  const before: TinyNode[] = [
    ["Shape", ["input_ids"], ["shape"]],
    ["Gather", ["shape", "one"], ["length"]],
    ["Less", ["length", "three"], ["c"]],
  ];
  assertThrows(
    () => imported(branching("If", "c", ["input_ids"], before)),
    CompileError,
    "its condition depends on the inputs",
  );
});

Deno.test("a choice that the inputs decide is refused", () => {
  const before: TinyNode[] = [
    ["ReduceMax", ["input_ids"], ["largest"], { keepdims: 0 }],
    ["Equal", ["largest", "three"], ["found"]],
    ["Cast", ["found"], ["number"], { to: INT64 }],
  ];
  const bytes = branching("If", "number", ["input_ids"], before);
  assertThrows(
    () => imported(bytes),
    CompileError,
    "its condition depends on the inputs; export the model without control flow: operator If of node",
  );
});

Deno.test("a loop is refused", () => {
  assertThrows(() => imported(branching("Loop", "three")), CompileError, "loops are not supported");
});
