import type { NodeProto, TensorProto } from "onnx-buf";
import { elementsOf, float32 } from "../graph/constants.ts";
import { bytesPerElement, codeOf, type ElementType, elementTypeOf, isFloat } from "../graph/element_types.ts";
import type { Constant } from "../graph/graph.ts";
import { node } from "./classifier_nodes.ts";
import { inlineTensor } from "./onnx_protos.ts";

/** The numbers that a file stores float weights as. They are widened to float32 again before anything is computed. */
export type WeightStorage = "float32" | "float16" | "int8";

/** Weights in their stored form, and the nodes that give them their names and numbers again. */
export interface StoredWeights {
  readonly initializers: readonly TensorProto[];
  readonly nodes: readonly NodeProto[];
}

/** The smallest tensors, which together have this share of all elements, stay as they are: norms, biases, a prompt. */
const KEPT_SHARE = 0.01;

/** The smallest number of elements that share a scale of 32 bits. */
const LEAST_OF_SCALE = 32;

/** The largest float16. Larger numbers are those of masks, not weights. */
const LARGEST = 65504;

/** The largest number of a symmetric int8. */
const LEVELS = 127;

/**
 * Stores weights in fewer bytes: as float16, or as int8 with a float32 scale for each index of one axis, the axis that
 * loses least. Casts and products with the scales widen them again, which ONNX Runtime does once, as it opens the file:
 * activations stay float32, and a text's answer does not depend on the others in its batch. What has as few bits already stays.
 *
 * @param initializers with their bytes
 */
export function storeWeights(initializers: readonly TensorProto[], storage: WeightStorage): StoredWeights {
  const large = storage === "float32" ? [] : largest(initializers);
  const parts = initializers.map((tensor) => {
    const stored = large.includes(tensor) ? storedTensor(tensor, storage) : undefined;
    return stored === undefined ? { initializers: [tensor], nodes: [] } : widening(tensor, stored);
  });
  return {
    initializers: parts.flatMap((one) => one.initializers),
    nodes: parts.flatMap((one) => one.nodes),
  };
}

/** The float tensors but for the smallest. */
function largest(initializers: readonly TensorProto[]): TensorProto[] {
  const floats = initializers.filter((tensor) => isFloat(typeOf(tensor)))
    .sort((a, b) => elements(a) - elements(b));
  const least = KEPT_SHARE * floats.reduce((sum, tensor) => sum + elements(tensor), 0);
  let sum = 0;
  return floats.filter((tensor) => (sum += elements(tensor)) > least);
}

/** A tensor's numbers in another type, with factors that broadcast to them. */
interface StoredTensor {
  readonly items: Constant;
  readonly scales?: Constant;
}

/** `undefined` where a tensor stays as it is. */
function storedTensor(tensor: TensorProto, storage: WeightStorage): StoredTensor | undefined {
  const type = storage === "int8" ? "int8" : "float16";
  if (bytesPerElement(typeOf(tensor)) <= bytesPerElement(type)) return undefined;
  const dims = tensor.dims.map(Number);
  const values = floatsOf(tensor);
  if (!values.every((x) => Math.abs(x) <= LARGEST)) return undefined;
  if (type === "int8") return quantized(values, dims);
  return { items: { type, dims, bytes: new Uint8Array(new Float16Array(values).buffer) } };
}

/** The axis with the smallest sum of squared errors is taken. */
function quantized(values: Float32Array, dims: readonly number[]): StoredTensor | undefined {
  let best: { readonly stored: StoredTensor; readonly error: number } | undefined;
  for (const [axis, extent] of dims.entries()) {
    if (values.length < extent * LEAST_OF_SCALE) continue;
    const found = quantizedAlong(axis, values, dims);
    if (best === undefined || found.error < best.error) best = found;
  }
  return best?.stored;
}

function quantizedAlong(
  axis: number,
  values: Float32Array,
  dims: readonly number[],
): { readonly stored: StoredTensor; readonly error: number } {
  const extent = dims[axis]!;
  const inside = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channel = (i: number) => Math.floor(i / inside) % extent;
  const scales = new Float32Array(extent);
  for (let i = 0; i < values.length; i++) {
    const c = channel(i);
    scales[c] = Math.max(scales[c]!, Math.abs(values[i]!) / LEVELS);
  }
  const items = new Int8Array(values.length);
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const scale = scales[channel(i)]!;
    items[i] = scale === 0 ? 0 : Math.max(-LEVELS, Math.min(LEVELS, Math.round(values[i]! / scale)));
    error += (values[i]! - items[i]! * scale) ** 2;
  }
  const shape = dims.map((size, d) => d === axis ? size : 1);
  return {
    stored: {
      items: { type: "int8", dims, bytes: new Uint8Array(items.buffer) },
      scales: float32([...scales], shape),
    },
    error,
  };
}

/** The stored tensors, and the nodes from them to the tensor that they stand for. */
function widening(tensor: TensorProto, { items, scales }: StoredTensor): StoredWeights {
  const { name } = tensor;
  const type = typeOf(tensor);
  const stored = named(`${name}/${items.type}`, items);
  if (scales === undefined) {
    return { initializers: [stored], nodes: [node("Cast", [stored.name], name, { to: codeOf(type) })] };
  }
  const factors = named(`${name}/scales`, scales);
  const [wide, scaled] = [`${name}/wide`, type === "float32" ? name : `${name}/scaled`];
  return {
    initializers: [stored, factors],
    nodes: [
      node("Cast", [stored.name], wide, { to: codeOf("float32") }),
      node("Mul", [wide, factors.name], scaled),
      ...(scaled === name ? [] : [node("Cast", [scaled], name, { to: codeOf(type) })]),
    ],
  };
}

function named(name: string, constant: Constant): TensorProto {
  const tensor = inlineTensor(constant);
  tensor.name = name;
  return tensor;
}

function typeOf({ dataType }: TensorProto): ElementType {
  return elementTypeOf(dataType)!;
}

/** The number of a tensor's elements. */
function elements({ dims }: TensorProto): number {
  return dims.reduce((product, extent) => product * Number(extent), 1);
}

function floatsOf(tensor: TensorProto): Float32Array {
  const read = elementsOf({ type: typeOf(tensor), dims: tensor.dims.map(Number), bytes: tensor.rawData })!;
  const values = new Float32Array(elements(tensor));
  for (let i = 0; i < values.length; i++) values[i] = read(i);
  return values;
}
