import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { bytesPerElement, codeOf } from "../graph/element_types.ts";
import type { Attribute, Constant, FileRegion, Value } from "../graph/graph.ts";
import { toInt64 } from "../graph/constants.ts";

/** A tensor with its bytes in the graph. */
export function inlineTensor(constant: Constant, bytes = constant.bytes!): TensorProto {
  return create(TensorProtoSchema, {
    dataType: codeOf(constant.type),
    dims: constant.dims.map(BigInt),
    rawData: Uint8Array.from(
      bytes.subarray(0, bytesPerElement(constant.type) * constant.dims.reduce((a, b) => a * b, 1)),
    ),
  });
}

/**
 * A tensor with its bytes in a file.
 *
 * @param location the name of the file in the graph
 */
export function externalTensor(constant: Constant, region: FileRegion, location: string): TensorProto {
  const entries = { location, offset: String(region.offset), length: String(region.length) };
  return create(TensorProtoSchema, {
    dataType: codeOf(constant.type),
    dims: constant.dims.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value })
    ),
  });
}

/** An input or output of a graph. */
export function valueInfo(name: string, { type, shape }: Value): ValueInfoProto {
  const dim = shape.map((dimension) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof dimension === "number"
        ? { case: "dimValue", value: BigInt(dimension) }
        : { case: "dimParam", value: String(dimension) },
    })
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: codeOf(type),
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensor } }),
  });
}

/** An attribute of a node. */
export function attributeProto(name: string, value: Attribute): AttributeProto {
  const make = (type: Kind, content: object) => create(AttributeProtoSchema, { name, type, ...content });
  const text = (item: string) => new TextEncoder().encode(item);
  if (typeof value === "number") return make(Kind.INT, { i: toInt64(value) });
  if (typeof value === "string") return make(Kind.STRING, { s: text(value) });
  if ("float" in value) return make(Kind.FLOAT, { f: value.float });
  if ("floats" in value) return make(Kind.FLOATS, { floats: [...value.floats] });
  if ("tensor" in value) return make(Kind.TENSOR, { t: inlineTensor(value.tensor) });
  const items: readonly (number | string)[] = value;
  if (items.every((item) => typeof item === "number")) {
    return make(Kind.INTS, { ints: items.map((item) => toInt64(Number(item))) });
  }
  return make(Kind.STRINGS, { strings: items.map((item) => text(String(item))) });
}
