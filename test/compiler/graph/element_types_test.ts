import { assertEquals } from "@std/assert";
import { TensorProto_DataType } from "onnx-buf";
import {
  bytesPerElement,
  codeOf,
  ELEMENT_TYPES,
  type ElementType,
  elementTypeOf,
  isFloat,
} from "../../../src/compiler/graph/element_types.ts";

const TYPES = Object.keys(ELEMENT_TYPES) as ElementType[];

/** An element in memory, which the language writes, and the number that it is. */
const WRITTEN: Readonly<Partial<Record<ElementType, readonly [ArrayBufferView, number]>>> = {
  float32: [Float32Array.of(-1.5), -1.5],
  float64: [Float64Array.of(0.1), 0.1],
  float16: [Float16Array.of(1.5), 1.5],
  // The upper half of the float32 -2.5 (0xc0200000).
  bfloat16: [Uint16Array.of(0xc020), -2.5],
  uint8: [Uint8Array.of(200), 200],
  int8: [Int8Array.of(-100), -100],
  int16: [Int16Array.of(-30000), -30000],
  int32: [Int32Array.of(-(2 ** 31)), -(2 ** 31)],
  int64: [BigInt64Array.of(-7n), -7],
  bool: [Uint8Array.of(1), 1],
};

/** ONNX calls these as C does. */
const C_NAMES: Readonly<Partial<Record<ElementType, string>>> = { float32: "float", float64: "double" };

for (const type of TYPES) {
  Deno.test(`${type} has the number that ONNX gives it`, () => {
    assertEquals(TensorProto_DataType[codeOf(type)]!.toLowerCase(), C_NAMES[type] ?? type);
    assertEquals(elementTypeOf(codeOf(type)), type);
  });
}

Deno.test("a type that the compiler does not know has no name", () => {
  assertEquals(elementTypeOf(TensorProto_DataType.COMPLEX64), undefined);
  assertEquals(elementTypeOf(TensorProto_DataType.UNDEFINED), undefined);
});

Deno.test("elements are read as they lie in memory", () => {
  for (const type of TYPES) {
    const { read } = ELEMENT_TYPES[type];
    const written = WRITTEN[type];
    assertEquals(read !== undefined, written !== undefined, type);
    if (read === undefined || written === undefined) continue;
    const [{ buffer, byteLength }, value] = written;
    assertEquals([read(new DataView(buffer), 0), bytesPerElement(type)], [value, byteLength], type);
  }
});

Deno.test("floats are the types whose name says so", () => {
  assertEquals(TYPES.filter(isFloat), ["float32", "float16", "float64", "bfloat16"]);
});
