import { fromBinary } from "@bufbuild/protobuf";
import { encodeHex } from "@std/encoding/hex";
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType,
  type ValueInfoProto,
} from "onnx-buf";

/** An ONNX file as text, read back from its bytes: one line for each version, input, tensor, node and output. */
export async function printModel(bytes: Uint8Array): Promise<string> {
  const { graph, irVersion, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  if (graph === undefined) throw new Error("the file holds no graph");
  const opsets = opsetImport.map(({ domain, version }) => `${domain || "ai.onnx"} ${version}`);
  return [
    `graph ${graph.name}: IR ${irVersion}, ${opsets.join(", ")}`,
    ...graph.input.map((input) => `input ${declared(input)}`),
    ...await Promise.all(graph.initializer.map(tensor)),
    ...await Promise.all(graph.node.map(node)),
    ...graph.output.map((output) => `output ${declared(output)}`),
    "",
  ].join("\n");
}

function declared({ name, type }: ValueInfoProto): string {
  if (type?.value.case !== "tensorType") throw new Error(`'${name}' is no tensor`);
  const { elemType, shape } = type.value.value;
  return `${name}: ${TensorProto_DataType[elemType]} [${
    shape?.dim.map(({ value }) => value.value).join(", ")
  }]`;
}

/** A tensor, with a hash of its bytes or the place where they are. */
async function tensor({ name, dataType, dims, rawData, externalData }: TensorProto): Promise<string> {
  const entries = externalData.filter(({ key }) => key !== "location").map(({ key, value }) =>
    `${key} ${value}`
  );
  const held = externalData.length > 0 ? entries.join(", ") : await hash(rawData);
  return `tensor ${name}: ${TensorProto_DataType[dataType]} [${dims.join(", ")}] ${held}`;
}

async function hash(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return `sha256 ${encodeHex(digest).slice(0, 16)}`;
}

async function node({ name, opType, domain, input, output, attribute }: NodeProto): Promise<string> {
  const given = await Promise.all(attribute.map(async (one) => ` ${one.name}=${await value(one)}`));
  const op = domain === "" ? opType : `${domain}.${opType}`;
  return `${output.join(", ")} = ${op}(${input.join(", ")})${given.join("")}${name && ` # ${name}`}`;
}

function value({ name, type, i, f, s, ints, floats, t }: AttributeProto): string | Promise<string> {
  switch (type) {
    case Kind.INT:
      return `${i}`;
    case Kind.INTS:
      return `[${ints.join(", ")}]`;
    case Kind.FLOAT:
      return `${f}`;
    case Kind.FLOATS:
      return `[${floats.join(", ")}]`;
    case Kind.STRING:
      return JSON.stringify(new TextDecoder().decode(s));
    case Kind.TENSOR:
      if (t !== undefined) return tensor(t);
  }
  throw new Error(`the attribute '${name}' is of a kind that is never emitted`);
}
