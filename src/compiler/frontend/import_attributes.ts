import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  type GraphProto,
  type NodeProto,
} from "onnx-buf";
import { float32, int64 } from "../graph/constants.ts";
import { CompileError } from "../graph/errors.ts";
import type { Attribute, Attributes, Constant } from "../graph/graph.ts";
import { constantOf, type OnnxFile } from "./onnx_file.ts";

/** An attribute of a node in the file, as the compiler has it. */
export function importAttribute(attribute: AttributeProto, file: OnnxFile): Attribute {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (attribute.type) {
    case Kind.FLOAT:
      return { float: attribute.f };
    case Kind.INT:
      return Number(attribute.i);
    case Kind.STRING:
      return text(attribute.s);
    case Kind.TENSOR:
      if (attribute.t === undefined) break;
      return { tensor: constantOf(attribute.t, file) };
    case Kind.FLOATS:
      return { floats: attribute.floats };
    case Kind.INTS:
      return attribute.ints.map(Number);
    case Kind.STRINGS:
      return attribute.strings.map(text);
  }
  throw new CompileError(
    `the attribute '${attribute.name}' is of a kind that is not supported, or has no value`,
  );
}

/** The value of a Constant node. */
export function constantAttribute(attributes: Attributes): Constant {
  const { value, value_int, value_ints, value_float, value_floats } = attributes;
  if (typeof value === "object" && "tensor" in value) return value.tensor;
  if (typeof value_int === "number") return int64([value_int], []);
  if (Array.isArray(value_ints)) return int64(value_ints as number[], [value_ints.length]);
  if (typeof value_float === "object" && "float" in value_float) return float32([value_float.float], []);
  if (typeof value_floats === "object" && "floats" in value_floats) {
    return float32(value_floats.floats, [value_floats.floats.length]);
  }
  throw new CompileError(`a constant given by ${Object.keys(attributes).join(", ")} is not supported`);
}

/** The graphs that a node holds: the branches of a choice, the body of a loop. */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);
}

/** The graph that a node holds under this name. */
export function subgraph(node: NodeProto, name: string): GraphProto {
  const found = node.attribute.find((attribute) => attribute.name === name)?.g;
  if (found === undefined) throw new CompileError(`the attribute '${name}' is missing`);
  return found;
}
