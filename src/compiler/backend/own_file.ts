/** A model's own file, changed at its ends and with its weights in it. */
import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, type ModelProto, ModelProtoSchema, type ValueInfoProto } from "onnx-buf";
import { subgraphs } from "../frontend/import_attributes.ts";
import { bytesOfConstant, constantOf, type OnnxFile } from "../frontend/onnx_file.ts";
import { CompileError } from "../graph/errors.ts";
import { inlineTensor } from "./onnx_protos.ts";
import { storeWeights, type WeightStorage } from "./stored_weights.ts";

/**
 * A copy of a file's model whose weights, those of its branches among them, lie in it.
 *
 * @throws {CompileError} where they cannot be read
 */
export function withWeights(file: OnnxFile, storage: WeightStorage): ModelProto {
  const model = fromBinary(ModelProtoSchema, file.bytes);
  for (const graph of graphsIn(model.graph!)) takeWeights(graph, file, storage);
  return model;
}

/** Gives an input of a model another name, so that something else can be fed to what reads it. */
export function renameInput(model: ModelProto, from: string, to: string): void {
  for (const graph of graphsIn(model.graph!)) {
    for (const node of graph.node) node.input = node.input.map((name) => name === from ? to : name);
    for (const output of graph.output) if (output.name === from) output.name = to;
  }
}

/** The inputs of a file that are not weights. */
export function inputsOf({ graph }: ModelProto): ValueInfoProto[] {
  const weights = new Set(graph!.initializer.map(({ name }) => name));
  return graph!.input.filter(({ name }) => !weights.has(name));
}

/** The version of ONNX's operators that a model is written in. */
export function opsetOf({ opsetImport }: ModelProto): number {
  return Number(opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0);
}

/** A graph and those inside its nodes. */
function graphsIn(graph: GraphProto): GraphProto[] {
  return [graph, ...graph.node.flatMap(subgraphs).flatMap(graphsIn)];
}

function takeWeights(graph: GraphProto, file: OnnxFile, storage: WeightStorage): void {
  const names = new Set(graph.initializer.map(({ name }) => name));
  graph.input = graph.input.filter(({ name }) => !names.has(name));
  const stored = storeWeights(
    graph.initializer.map((tensor) => {
      const constant = constantOf(tensor, file);
      const bytes = bytesOfConstant(constant, file);
      if (bytes === undefined) throw new CompileError(`the bytes of '${tensor.name}' cannot be read`);
      return Object.assign(inlineTensor(constant, bytes), { name: tensor.name });
    }),
    storage,
  );
  graph.initializer = [...stored.initializers];
  graph.node = [...stored.nodes, ...graph.node];
}
