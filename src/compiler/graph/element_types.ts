/** The properties of an element type. */
interface ElementTypeFacts {
  /** Its number in ONNX's `TensorProto.DataType` (https://onnx.ai/onnx/repo-docs/IR.html). */
  readonly code: number;
  /** Bytes of one element. */
  readonly bytes: number;
  /** Reads the element that starts at a byte, little-endian, as a number; absent where no constant of the type is read. */
  readonly read?: (view: DataView, at: number) => number;
}

/** The element types that language models' graphs hold, under their ONNX names. */
export type ElementType =
  | "float32"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "int32"
  | "int64"
  | "bool"
  | "float16"
  | "float64"
  | "uint32"
  | "uint64"
  | "bfloat16"
  | "uint4"
  | "int4";

/** What is known of each element type. */
export const ELEMENT_TYPES: Readonly<Record<ElementType, ElementTypeFacts>> = {
  float32: { code: 1, bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  uint8: { code: 2, bytes: 1, read: (view, at) => view.getUint8(at) },
  int8: { code: 3, bytes: 1, read: (view, at) => view.getInt8(at) },
  uint16: { code: 4, bytes: 2 },
  int16: { code: 5, bytes: 2, read: (view, at) => view.getInt16(at, true) },
  int32: { code: 6, bytes: 4, read: (view, at) => view.getInt32(at, true) },
  int64: { code: 7, bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  bool: { code: 9, bytes: 1, read: (view, at) => view.getUint8(at) },
  float16: { code: 10, bytes: 2, read: (view, at) => view.getFloat16(at, true) },
  float64: { code: 11, bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  uint32: { code: 12, bytes: 4 },
  uint64: { code: 13, bytes: 8 },
  bfloat16: { code: 16, bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) },
  uint4: { code: 21, bytes: 0.5 },
  int4: { code: 22, bytes: 0.5 },
};

const BY_CODE = new Map(
  Object.entries(ELEMENT_TYPES).map(([type, { code }]) => [code, type as ElementType]),
);

/** The element type with this number in ONNX; `undefined` where the compiler does not know it. */
export function elementTypeOf(code: number): ElementType | undefined {
  return BY_CODE.get(code);
}

/** Bytes of one element: a half where two share a byte. */
export function bytesPerElement(type: ElementType): number {
  return ELEMENT_TYPES[type].bytes;
}

/** ONNX's number of an element type. */
export function codeOf(type: ElementType): number {
  return ELEMENT_TYPES[type].code;
}

/** Whether numbers of this type have a fraction. */
export function isFloat(type: ElementType): boolean {
  return type.startsWith("float") || type === "bfloat16";
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}
