import { bytesPerElement, ELEMENT_TYPES } from "./element_types.ts";
import type { Constant, Value } from "./graph.ts";

/** Tensors below this many bytes are written into graphs; larger ones stay in the model's file. */
export const INLINE_BYTES = 256;

/** The largest number of elements of an integer tensor that is tracked symbolically. */
export const MOST_INTEGERS = 64;

/** A float32 constant. */
export function float32(values: readonly number[], dims: readonly number[]): Constant {
  return { type: "float32", dims, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A float64 constant. */
export function float64(values: readonly number[], dims: readonly number[]): Constant {
  return { type: "float64", dims, bytes: new Uint8Array(Float64Array.from(values).buffer) };
}

/** The largest int64: exporters use it for "to the end"; as a number it is rounded up to 2⁶³. */
const LARGEST = 2n ** 63n - 1n;

/** A whole number as an int64. */
export function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? LARGEST : BigInt(value);
}

/** An int64 constant. */
export function int64(values: readonly number[], dims: readonly number[]): Constant {
  const whole = values.map(toInt64);
  return { type: "int64", dims, bytes: new Uint8Array(BigInt64Array.from(whole).buffer) };
}

/** The elements of a constant as numbers, or `undefined` where its bytes are not in memory or its type is not a plain number. */
export function numbers(constant: Constant): number[] | undefined {
  const read = elementsOf(constant);
  if (read === undefined || constant.bytes === undefined) return undefined;
  return Array.from({ length: constant.bytes.length / bytesPerElement(constant.type) }, (_, i) => read(i));
}

/** Reads the elements of a constant one by one, where `numbers` reads all. */
export function elementsOf({ bytes, type }: Constant): ((i: number) => number) | undefined {
  const { read, bytes: size } = ELEMENT_TYPES[type];
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
  return integers?.every((item) => typeof item === "number") ? integers : undefined;
}

/** The number that a one-element constant holds, else `undefined`. */
export function scalarOf(value: Value | null | undefined): number | undefined {
  const constant = value?.constant;
  if (constant === undefined || constant.dims.some((dimension) => dimension !== 1)) return undefined;
  return numbers(constant)?.[0];
}
