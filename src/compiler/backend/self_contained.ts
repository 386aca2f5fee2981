import {
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import { toBinary } from "@bufbuild/protobuf";
import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import type { ReadRegion } from "../frontend/onnx_file.ts";
import { inner } from "./classifier_nodes.ts";
import type { Emitted } from "./emit.ts";
import type { NodeList } from "./node_list.ts";
import { inlineTensor } from "./onnx_protos.ts";
import { storeWeights, type WeightStorage } from "./stored_weights.ts";

/** The largest size of a protobuf message in bytes. */
const MOST_BYTES = 2 ** 31 - 1;

/** What a graph is made of. */
export interface SelfContained {
  readonly initializers: readonly TensorProto[];
  readonly nodes: readonly NodeProto[];
}

/**
 * A compiled graph after nodes that compute its inputs, with constants for others of its inputs and its weights in the file. Its
 * values are called as `inner` says.
 *
 * @param graph the emitted graph's, which is changed
 * @param weights the files that it refers to @param read reads them
 */
export function selfContained(
  graph: NonNullable<ModelProto["graph"]>,
  weights: Emitted["weights"],
  prelude: NodeList,
  constants: Readonly<Record<string, Constant>>,
  read: ReadRegion,
  storage: WeightStorage,
): SelfContained {
  for (const tensor of graph.initializer) inline(tensor, weights, read);
  const inputs = Object.entries(constants).map(([name, constant]) => {
    const tensor = inlineTensor(constant);
    tensor.name = name;
    return tensor;
  });
  const tensors = [...inputs, ...graph.initializer];
  for (const tensor of tensors) tensor.name = inner(tensor.name);
  const stored = storeWeights(tensors, storage);
  return {
    initializers: [...prelude.initializers, ...stored.initializers],
    nodes: [...prelude.nodes, ...stored.nodes, ...graph.node.map((node) => renamed(node))],
  };
}

/**
 * An ONNX file's bytes.
 *
 * @throws {CompileError} where its weights are too large for one file
 */
export function writeOneFile(model: ModelProto): Uint8Array {
  const size = model.graph!.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (size > MOST_BYTES) {
    throw new CompileError(`the weights are ${size} bytes, but one ONNX file holds at most ${MOST_BYTES}`);
  }
  return toBinary(ModelProtoSchema, model);
}

function renamed(one: NodeProto): NodeProto {
  one.input = one.input.map(inner);
  one.output = one.output.map(inner);
  return one;
}

/** Copies a tensor's bytes from the model's file into the graph. */
function inline(tensor: TensorProto, weights: ReadonlyMap<string, string>, read: ReadRegion): void {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return;
  const { location, offset, length } = Object.fromEntries(
    tensor.externalData.map(({ key, value }) => [key, value]),
  );
  const path = weights.get(location ?? "");
  if (path === undefined) {
    throw new CompileError(
      `the graph takes '${tensor.name}' from ${location}, which is not a file of the model`,
    );
  }
  const region = { path, offset: Number(offset), length: Number(length) };
  tensor.rawData = read(region) as Uint8Array<ArrayBuffer>;
  tensor.externalData = [];
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
}
