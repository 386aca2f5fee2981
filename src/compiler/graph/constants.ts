import type { Constant, ElementType, Value } from "./graph.ts";

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
  uint4: 0.5,
  int4: 0.5,
};

/** Tensors below this many bytes are written into graphs; larger ones stay in the model's file. */
export const INLINE_BYTES = 256;

/** Integer tensors of at most so many elements are followed symbolically. */
const MOST_INTEGERS = 64;

/** A float32 constant. */
export function float32(values: readonly number[], dims: readonly number[]): Constant {
  return { type: "float32", dims, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A float64 constant. */
export function float64(values: readonly number[], dims: readonly number[]): Constant {
  return { type: "float64", dims, bytes: new Uint8Array(Float64Array.from(values).buffer) };
}

/** The largest int64: exporters say "to the end" by it, and as a number it is rounded up to 2⁶³. */
const LARGEST = 2n ** 63n - 1n;

/** An int64 constant. */
export function int64(values: readonly number[], dims: readonly number[]): Constant {
  const whole = values.map((value) => value >= 2 ** 63 ? LARGEST : BigInt(value));
  return { type: "int64", dims, bytes: new Uint8Array(BigInt64Array.from(whole).buffer) };
}

/** The elements of a constant as numbers, or `undefined` where its bytes are not at hand or its type is no plain number. */
export function numbers(constant: Constant): number[] | undefined {
  const read = elementsOf(constant);
  if (read === undefined || constant.bytes === undefined) return undefined;
  return Array.from({ length: constant.bytes.length / ELEMENT_BYTES[constant.type] }, (_, i) => read(i));
}

/** Reads the elements of a constant one by one, where `numbers` reads all. */
export function elementsOf({ bytes, type }: Constant): ((i: number) => number) | undefined {
  const read = READERS[type], size = ELEMENT_BYTES[type];
  if (bytes === undefined || read === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (i) => read(view, i * size);
}

/** The elements of a small integer or bool constant, else `undefined`. */
export function smallIntegers(constant: Constant): number[] | undefined {
  const whole = constant.type === "bool" || constant.type.startsWith("int") ||
    constant.type.startsWith("uint");
  const count = constant.dims.reduce((a, b) => a * b, 1);
  return whole && count <= MOST_INTEGERS ? numbers(constant) : undefined;
}

/** The integers that a value holds, where all are plain numbers. */
export function plainIntegersOf(value: Value | null | undefined): readonly number[] | undefined {
  const integers = value?.integers;
  return integers?.every((item) => typeof item === "number") ? integers as readonly number[] : undefined;
}

/** The number that a one-element constant holds, else `undefined`. */
export function scalarOf(value: Value | null | undefined): number | undefined {
  const constant = value?.constant;
  if (constant === undefined || constant.dims.some((dimension) => dimension !== 1)) return undefined;
  return numbers(constant)?.[0];
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

const READERS: Partial<Record<ElementType, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at, true),
  bfloat16: (view, at) => bfloat16(view.getUint16(at, true)),
  float64: (view, at) => view.getFloat64(at, true),
  float16: (view, at) => view.getFloat16(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => view.getUint8(at),
};
