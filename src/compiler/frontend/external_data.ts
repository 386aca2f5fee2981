import {
  type GraphProto,
  type NodeProto,
  type SparseTensorProto,
  type TensorProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import { innerPath } from "../../base/inner_path.ts";
import { bytesPerElement, elementTypeOf } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { FileRegion } from "../graph/graph.ts";
import type { OnnxFile } from "./onnx_file.ts";

/** Where a tensor lies in a file. */
export interface ExternalTensor {
  /** Its name in the model. */
  readonly name: string;
  /** The file, and where it lies in it, in bytes. */
  readonly region: FileRegion;
}

/** The number of bytes that a tensor's type and shape need; `undefined` for types that the compiler does not know. */
export function bytesOfShape({ dims, dataType }: TensorProto): number | undefined {
  const type = elementTypeOf(dataType);
  return type &&
    Math.ceil(dims.reduce((product, extent) => product * Number(extent), 1) * bytesPerElement(type));
}

/**
 * Where a tensor's external data lie: https://onnx.ai/onnx/repo-docs/ExternalData.html
 *
 * @throws {CompileError} where the location leads out of the model's folder, or the place is not given in whole numbers
 */
export function regionOf(tensor: TensorProto, { path }: Pick<OnnxFile, "path">): FileRegion {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get("location");
  const wrong = (what: string) => new CompileError(`initializer '${tensor.name}' in ${path} ${what}`);
  if (location === undefined) throw wrong("has no location");
  const inner = innerPath(location);
  if (inner === undefined) {
    throw wrong(
      `has its data in ${
        JSON.stringify(location)
      }, and a model's data must lie in files below its own folder: do not trust this file`,
    );
  }
  const bytes = (key: string, otherwise: number) => {
    const given = entries.get(key);
    if (given === undefined) return otherwise;
    const number = Number(given);
    if (/^\d+$/.test(given) && Number.isSafeInteger(number)) return number;
    throw wrong(`has the ${key} ${JSON.stringify(given)}, which is not a number of bytes`);
  };
  return {
    path: `${folderOf(path)}${inner}`,
    offset: bytes("offset", 0),
    length: bytes("length", bytesOfShape(tensor) ?? 0),
  };
}

/**
 * All tensors of a model that lie in files of their own: initializers, those that nodes hold, and those of inner graphs and functions.
 *
 * @throws {CompileError} where one names a file outside the model's folder
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { externalTensors, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * assertEquals(externalTensors(readOnnxFile(await Deno.readFile(path), path)), []); // all are in the file itself
 * ```
 */
export function externalTensors(file: OnnxFile): ExternalTensor[] {
  const { graph, functions } = file.model;
  return tensorsWithin([graph!], functions.flatMap(({ node }) => node)).filter(({ dataLocation }) =>
    dataLocation === TensorProto_DataLocation.EXTERNAL
  )
    .map((tensor) => ({ name: tensor.name, region: regionOf(tensor, file) }));
}

/**
 * The files beside a model's own that hold its weights, in alphabetical order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readOnnxFile, weightFiles } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * assertEquals(weightFiles(readOnnxFile(await Deno.readFile(path), path)), []); // all are in the file itself
 * ```
 */
export function weightFiles(file: OnnxFile): string[] {
  const paths = new Set(externalTensors(file).map(({ region }) => region.path));
  paths.delete(file.path);
  return [...paths].sort();
}

/**
 * The location by which graphs name a file of weights: its path from the model's folder.
 *
 * @param model the path of the model's file
 * @param path of the weights, in the same folder or below it
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { weightLocation } from "softprompt/compiler";
 *
 * assertEquals(weightLocation("models/a/model.onnx", "models/a/weights/0.data"), "weights/0.data");
 * ```
 */
export function weightLocation(model: string, path: string): string {
  const folder = folderOf(model);
  if (path.startsWith(folder)) return path.slice(folder.length).replaceAll("\\", "/");
  throw new CompileError(`the weights ${path} do not lie in the folder of ${model}`);
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}

/** The tensors of graphs and nodes, and of the graphs in these, however deep. */
function tensorsWithin(graphs: GraphProto[], nodes: readonly NodeProto[]): TensorProto[] {
  const dense: TensorProto[] = [];
  const sparse: SparseTensorProto[] = [];
  const left = [...graphs];
  const take = ({ attribute }: NodeProto) => {
    for (const { t, tensors, sparseTensor, sparseTensors, g, graphs } of attribute) {
      dense.push(...t ? [t] : [], ...tensors);
      sparse.push(...sparseTensor ? [sparseTensor] : [], ...sparseTensors);
      left.push(...g ? [g] : [], ...graphs);
    }
  };
  nodes.forEach(take);
  for (let graph = left.pop(); graph !== undefined; graph = left.pop()) {
    for (const tensor of graph.initializer) dense.push(tensor);
    for (const tensor of graph.sparseInitializer) sparse.push(tensor);
    graph.node.forEach(take);
  }
  const ofSparse = sparse.flatMap(({ values, indices }) =>
    [values, indices].filter((one) => one !== undefined)
  );
  return dense.concat(ofSparse);
}
