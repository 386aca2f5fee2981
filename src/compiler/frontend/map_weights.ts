import { toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import { subgraphs } from "./import_attributes.ts";
import { regionOf, weightFiles, weightLocation } from "./external_data.ts";
import { bytesOf, type OnnxFile } from "./onnx_file.ts";

/** A file's own graph, its large weights left where they lie. */
export interface MappedFile {
  /** The ONNX file of the graph. */
  readonly bytes: Uint8Array;
  /** The files that weights are taken from, by the locations that the graph names them by. */
  readonly weights: ReadonlyMap<string, string>;
}

/** The smallest size in bytes of weights that stay in the file. */
const LARGE = 1 << 16;

/**
 * The same graph as a file's, node by node and byte by byte, except that its large weights are not read from a copy in the
 * graph but from their place in the file, which a runtime maps into memory.
 *
 * The file's model is changed and must not be used afterwards.
 *
 * @param file whose weights were taken apart
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mapWeights, readOnnxFile, weightsApart } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const parts = weightsApart("model.onnx");
 * parts.next();
 * parts.next(await Deno.readFile(path));
 * const apart = parts.next(undefined).value!;
 * const read = ({ offset, length }: { offset: number; length: number }) =>
 *   Deno.readFileSync(path).subarray(offset, offset + length);
 * const mapped = mapWeights(readOnnxFile(apart, path, read));
 * assert(mapped.bytes.length < 1e6);
 * assert(mapped.weights.get("model.onnx") === path);
 * ```
 */
export function mapWeights(file: OnnxFile): MappedFile {
  const paths = [file.path, ...weightFiles(file)];
  putBack(file.model.graph!, file);
  return {
    bytes: toBinary(ModelProtoSchema, file.model),
    weights: new Map(paths.map((path) => [weightLocation(file.path, path), path])),
  };
}

/** Puts back into the graph the small tensors of the file itself, and those that nodes hold, which a runtime cannot map. */
function putBack({ initializer, node }: GraphProto, file: OnnxFile): void {
  const held = node.flatMap(({ attribute }) =>
    attribute.flatMap(({ t, tensors }) => t ? [t, ...tensors] : tensors)
  );
  for (const tensor of initializer) fill(tensor, file, LARGE);
  for (const tensor of held) fill(tensor, file, Infinity);
  for (const one of node) subgraphs(one).forEach((inner) => putBack(inner, file));
}

/** Loads the bytes of a tensor below that size from the file. */
function fill(tensor: TensorProto, file: OnnxFile, most: number): void {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return;
  const region = regionOf(tensor, file);
  if (region.path !== file.path || region.length >= most) return;
  tensor.rawData = Uint8Array.from(bytesOf(region, tensor.name, file)!);
  tensor.externalData = [];
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
}
