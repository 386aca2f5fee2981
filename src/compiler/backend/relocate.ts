import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";

/**
 * A graph with its external data at other locations.
 *
 * @param bytes an ONNX file
 * @param names the new location for each old one
 */
export function relocate(bytes: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const { externalData } of model.graph!.initializer) {
    for (const entry of externalData) {
      if (entry.key === "location") entry.value = names.get(entry.value) ?? entry.value;
    }
  }
  return toBinary(ModelProtoSchema, model);
}
