import { create } from "@bufbuild/protobuf";
import { type NodeProto, NodeProtoSchema } from "onnx-buf";
import type { Attribute } from "../graph/attribute.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { attributeProto } from "./onnx_protos.ts";

/** The prefixes of names in the prelude and in the compiled graph, which must not collide with the classifier's own. */
export const OWN = "classifier/";
const INNER = "model/";

/** The name in the classifier of a value of the compiled graph; an omitted input has none. */
export function inner(name: string): string {
  return name === "" ? "" : `${INNER}${name}`;
}

/** A node of the classifier's own, with one output. */
export function node(
  opType: OperatorName,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
  return create(NodeProtoSchema, { opType, name: output, input, output: [output], attribute });
}
