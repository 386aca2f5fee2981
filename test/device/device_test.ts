import { assertEquals, assertThrows } from "@std/assert";
import { float32Tensor, floatsOf, int64Tensor, integersOf } from "../../src/device/device.ts";

Deno.test("a tensor's elements are had in its own type only", () => {
  const floats = float32Tensor(Float32Array.of(0.5), [1]);
  const integers = int64Tensor([3], [1]);
  assertEquals(floatsOf(floats), Float32Array.of(0.5));
  assertEquals(integersOf(integers), BigInt64Array.of(3n));
  assertThrows(() => floatsOf(integers), TypeError, "a tensor is int64, and float32 is needed");
  assertThrows(() => integersOf(floats), TypeError, "a tensor is float32, and int64 is needed");
});
