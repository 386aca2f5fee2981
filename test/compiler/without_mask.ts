import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
} from "onnx-buf";

/** The same model as a file that takes no `attention_mask` and sees every place. */
export function withoutMask(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const one = new Uint8Array(BigInt64Array.of(1n).buffer);
  const value = create(AttributeProtoSchema, {
    name: "value",
    type: AttributeProto_AttributeType.TENSOR,
    t: { dataType: 7, dims: [1n], rawData: one },
  });
  graph.input = graph.input.filter(({ name }) => name !== "attention_mask");
  graph.node.unshift(
    create(NodeProtoSchema, { opType: "Shape", input: ["input_ids"], output: ["every_place"] }),
    create(NodeProtoSchema, {
      opType: "ConstantOfShape",
      input: ["every_place"],
      output: ["attention_mask"],
      attribute: [value],
    }),
  );
  return toBinary(ModelProtoSchema, model);
}
