import type { NodeProto, TensorProto } from "onnx-buf";
import { isFloat } from "../graph/element_types.ts";
import type { Constant } from "../graph/graph.ts";
import { bytesOfConstant, constantOf, type OnnxFile } from "./onnx_file.ts";

/**
 * Separates weights that an exporter has merged because they held equal numbers. When PyTorch exports a model for inference
 * it keeps one initializer of those with equal numbers and replaces the others by an `Identity`, whether they are one
 * parameter or only hold the same numbers (torch/csrc/jit/passes/onnx/deduplicate_initializers.cpp). The numbers distinguish
 * the two: a tensor of one repeated number, such as the weight or bias of a new LayerNorm, was initialized to it and is not
 * shared; equality of any other tensors is no coincidence. An initializer that several nodes read by its own name is one
 * weight in any case.
 *
 * @returns the file with an initializer for each of them, under the name that the exporter has left it
 */
export function separateEqualWeights(file: OnnxFile): OnnxFile {
  const graph = file.model.graph!;
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const areUniform = new Map<TensorProto, boolean>();
  const isMerged = (tensor: TensorProto) => {
    const constant = constantOf(tensor, file);
    return isFloat(constant.type) && isUniform(constant, file);
  };
  const restored: TensorProto[] = [];
  const node: NodeProto[] = [];
  for (const one of graph.node) {
    const [name = ""] = one.output;
    const tensor = one.opType === "Identity" ? initializers.get(one.input[0] ?? "") : undefined;
    if (tensor !== undefined && !areUniform.has(tensor)) areUniform.set(tensor, isMerged(tensor));
    if (tensor !== undefined && areUniform.get(tensor) === true && name !== "") {
      restored.push({ ...tensor, name });
    } else node.push(one);
  }
  const initializer = [...graph.initializer, ...restored];
  return { ...file, model: { ...file.model, graph: { ...graph, node, initializer } } };
}

/** Whether a tensor of more than one element holds one number throughout. */
function isUniform(constant: Constant, file: OnnxFile): boolean {
  const elements = constant.dims.reduce((size, extent) => size * extent, 1);
  const bytes = elements > 1 ? bytesOfConstant(constant, file) : undefined;
  if (bytes === undefined) return false;
  const width = bytes.length / elements;
  return bytes.every((byte, at) => at < width || byte === bytes[at - width]);
}
