import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { type OnnxFile, weightFiles } from "./onnx_file.ts";

/** A file's own graph, its large weights left where they lie. */
export interface MappedFile {
  readonly bytes: Uint8Array;
  /** The files that weights are taken from, by the locations that the graph names them by. */
  readonly weights: ReadonlyMap<string, string>;
}

/** Weights of at least so many bytes are left in the file. */
const LARGE = 1 << 16;

/**
 * The same graph as a file's, node by node and byte by byte, but for where its large weights are read from: not from a copy in
 * the graph, but from their place in the file, which a runtime maps into memory.
 *
 * The file's model is changed: it is of no use afterwards.
 */
export function mapWeights(file: OnnxFile): MappedFile {
  const folder = file.path.replace(/[^/\\]*$/, ""), own = file.path.slice(folder.length);
  const weights = new Map(weightFiles(file).map((path) => [path.slice(folder.length), path]));
  for (const tensor of file.model.graph!.initializer) {
    const { rawData } = tensor;
    if (rawData.length < LARGE || rawData.buffer !== file.bytes.buffer) continue;
    const place = {
      location: own,
      offset: String(rawData.byteOffset - file.bytes.byteOffset),
      length: String(rawData.length),
    };
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.externalData = Object.entries(place).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value })
    );
    tensor.rawData = new Uint8Array(0);
    weights.set(own, file.path);
  }
  return { bytes: toBinary(ModelProtoSchema, file.model), weights };
}
