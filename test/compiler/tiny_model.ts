import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";

/** A node of a tiny model: operator, inputs, outputs, integer attributes. */
export type TinyNode = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, number>>,
];

/** An ONNX file made in memory; weights are float32, their bytes zero; integers are int64 scalars. */
export function tinyModel(
  inputs: readonly string[],
  nodes: readonly TinyNode[],
  weights: Readonly<Record<string, readonly number[]>>,
  output = "logits",
  integers: Readonly<Record<string, number>> = {},
): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: 17n })],
      graph: create(GraphProtoSchema, {
        name: "tiny",
        input: inputs.map((name) => create(ValueInfoProtoSchema, { name })),
        output: [create(ValueInfoProtoSchema, { name: output })],
        initializer: [
          ...Object.entries(weights).map(([name, dims]) =>
            create(TensorProtoSchema, {
              name,
              dataType: 1,
              dims: dims.map(BigInt),
              rawData: new Uint8Array(4 * dims.reduce((a, b) => a * b, 1)),
            })
          ),
          ...Object.entries(integers).map(([name, value]) =>
            create(TensorProtoSchema, { name, dataType: 7, dims: [], int64Data: [BigInt(value)] })
          ),
        ],
        node: nodes.map(([opType, input, out, attributes = {}], i) =>
          create(NodeProtoSchema, {
            opType,
            name: `node_${i}`,
            input: [...input],
            output: [...out],
            attribute: Object.entries(attributes).map(([name, value]) =>
              create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
            ),
          })
        ),
      }),
    }),
  );
}
