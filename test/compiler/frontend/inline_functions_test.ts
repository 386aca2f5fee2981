import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  FunctionProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "onnx-buf";
import { assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { liveNodes } from "../../../src/compiler/graph/graph.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { tinyModel, type TinyNode } from "../tiny_model.ts";

const integer = (name: string, i: number) =>
  create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(i) });
const reference = (name: string, refAttrName: string) =>
  create(AttributeProtoSchema, { name, type: Kind.INT, refAttrName });
const call = (
  opType: string,
  input: string[],
  output: string[],
  attribute = [] as ReturnType<typeof integer>[],
) => create(NodeProtoSchema, { domain: "own", opType, name: `call_${output}`, input, output, attribute });
const plain = (
  opType: string,
  input: string[],
  output: string[],
  attribute = [] as ReturnType<typeof integer>[],
) => create(NodeProtoSchema, { opType, input, output, attribute });

/** A tiny model whose file defines functions in the domain `own`. */
function withFunctions(nodes: TinyNode[], ...functions: ReturnType<typeof definition>[]): Uint8Array {
  const model = fromBinary(
    ModelProtoSchema,
    tinyModel(["input_ids"], nodes, { words: [10, 4], head: [4, 10] }),
  );
  model.functions = functions;
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: "own", version: 1n }));
  for (const node of model.graph!.node) if (/^[a-z]/.test(node.opType)) node.domain = "own";
  return toBinary(ModelProtoSchema, model);
}

function definition(
  name: string,
  input: string[],
  output: string[],
  node: ReturnType<typeof plain>[],
  attributes: { attribute?: string[]; attributeProto?: ReturnType<typeof integer>[] } = {},
) {
  return create(FunctionProtoSchema, { domain: "own", name, input, output, node, ...attributes });
}

const imported = (bytes: Uint8Array) => importModel(readOnnxFile(bytes, "tiny.onnx"));
const model: TinyNode[] = [
  ["Gather", ["words", "input_ids"], ["x"]],
  ["normal", ["x"], ["y"], { axis: 2 }],
  ["normal", ["y"], ["z"]],
  ["MatMul", ["z", "head"], ["logits"]],
];

Deno.test("functions of the file's own are put where they are called, each call with its own attributes", () => {
  const graph = imported(withFunctions(
    model,
    definition("normal", ["t"], ["u"], [
      call("share", ["t"], ["s"], [reference("over", "axis")]),
      plain("Neg", ["s"], ["u"]),
    ], { attributeProto: [integer("axis", 1)] }),
    definition("share", ["t"], ["s"], [plain("Softmax", ["t"], ["s"], [reference("axis", "over")])], {
      attribute: ["over"],
    }),
  ));
  const nodes = liveNodes(graph);
  assertEquals(nodes.map(({ op }) => op), ["Gather", "Softmax", "Neg", "Softmax", "Neg", "MatMul"]);
  assertEquals(nodes.filter(({ op }) => op === "Softmax").map(({ attributes }) => attributes.axis), [2, 1]);
});

Deno.test("a function may hand on what it is given", () => {
  const graph = imported(withFunctions(model, definition("normal", ["t"], ["t"], [])));
  assertEquals(liveNodes(graph).map(({ op }) => op), ["Gather", "MatMul"]);
});

Deno.test("a function that calls itself is refused by name", () => {
  const bytes = withFunctions(model, definition("normal", ["t"], ["u"], [call("normal", ["t"], ["u"])]));
  assertThrows(() => imported(bytes), CompileError, "the function 'normal' calls itself");
});
