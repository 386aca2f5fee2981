import type { TensorProto } from "onnx-buf";
import { type ElementType, elementTypeOf } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import { separateEqualWeights } from "./equal_weights.ts";
import { constantOf, type OnnxFile } from "./onnx_file.ts";
import { tensorsToBegin } from "./merged_decoder.ts";
import { type NamedConstant, transposedCopies } from "./transposed_copies.ts";
import { printOf } from "./weight_print.ts";

/** The weights of a model. */
export interface ModelParameters {
  /** The float initializers by name, each once. */
  readonly own: ReadonlyMap<string, Constant>;
  /** Initializers that are transposed copies of another: exporters make one of a table that is also the model's head. */
  readonly transposedFrom: ReadonlyMap<string, string>;
}

/**
 * The weights of a model: its float initializers of more than one element, without the copies that an exporter has made.
 *
 * @param file with an initializer for each weight (`separateEqualWeights`)
 * @throws {CompileError} where there are none, or weights are stored as other numbers than float32
 */
export function parametersOf(file: OnnxFile): ModelParameters {
  const initializers = file.model.graph!.initializer.map((tensor) => ({
    name: tensor.name,
    constant: constantOf(tensor, file),
  })).filter(({ constant }) => elements(constant) > 1);
  const packed = initializers.find(({ constant }) => isPacked(constant));
  if (packed !== undefined) {
    throw new CompileError(
      `the weight '${packed.name}' of ${file.path} is ${packed.constant.type}, and a model is tuned in float32: take its export in fp32`,
    );
  }
  const float32 = initializers.filter(({ constant }) => constant.type === "float32");
  const transposedFrom = transposedCopies(float32, file);
  const originals = float32.filter(({ name }) => !transposedFrom.has(name));
  const own = new Map(originals.map(({ name, constant }) => [name, constant]));
  if (own.size === 0) throw new CompileError(`${file.path} has no float32 weights to tune`);
  return { own, transposedFrom };
}

/**
 * The number of a model's parameters, in whatever form they are stored, copies counted once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countParameters, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * assertEquals(countParameters(readOnnxFile(await Deno.readFile(path), path)), 5348096);
 * ```
 */
export function countParameters(file: OnnxFile): number {
  const own = distinctWeights(separateEqualWeights(file).model.graph!.initializer, file);
  const { decoder } = file;
  if (decoder === undefined) return countElements(own);
  // Encoder and decoder have the word embeddings in common, each in its own file.
  const shared = new Set(own.filter(isMatrix).map((weight) => printOf(weight, file)));
  const others = distinctWeights(tensorsToBegin(decoder), decoder)
    .filter((weight) => !isMatrix(weight) || !shared.has(printOf(weight, decoder)));
  return countElements([...own, ...others]);
}

/** The weights among tensors, without transposed copies. */
function distinctWeights(tensors: readonly TensorProto[], file: OnnxFile): NamedConstant[] {
  const weights = tensors.filter(isWeight)
    .map((tensor) => ({ name: tensor.name, constant: constantOf(tensor, file) }));
  const copies = transposedCopies(weights, file);
  return weights.filter(({ name }) => !copies.has(name));
}

function isMatrix({ constant: { dims } }: NamedConstant): boolean {
  return dims.length > 1;
}

function countElements(weights: readonly NamedConstant[]): number {
  return weights.reduce((sum, { constant }) => sum + elements(constant), 0);
}

/** The element types that weights have: floats of 32 and of 16 bits, and quantized ones. */
const WEIGHT_TYPES: ReadonlySet<ElementType | undefined> = new Set<ElementType>([
  ...["float32", "float16", "bfloat16"] as const,
  ...["uint8", "int8", "uint4", "int4"] as const,
]);

function isWeight({ dataType, dims }: TensorProto): boolean {
  return WEIGHT_TYPES.has(elementTypeOf(dataType)) &&
    dims.reduce((size, extent) => size * Number(extent), 1) > 1;
}

/** Whether a tensor is a matrix of weights in another form than float32. */
function isPacked({ type, dims }: Constant): boolean {
  return dims.length > 1 && ["float16", "bfloat16", "int8", "uint8", "int4", "uint4"].includes(type);
}

function elements({ dims }: Constant): number {
  return dims.reduce((size, extent) => size * extent, 1);
}

/** The numbers of a float32 tensor, read from beside the model's file where they lie there. */
export function floats(constant: Constant, { read }: Pick<OnnxFile, "read">): Float32Array | undefined {
  const { bytes, region } = constant;
  const found = bytes ?? (region && read?.(region));
  if (found === undefined) return undefined;
  const aligned = found.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? found : found.slice();
  return new Float32Array(
    aligned.buffer,
    aligned.byteOffset,
    aligned.byteLength / Float32Array.BYTES_PER_ELEMENT,
  );
}
