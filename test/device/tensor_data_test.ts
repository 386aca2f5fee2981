import { assertEquals, assertThrows } from "@std/assert";
import { float32Tensor, int64Tensor } from "../../src/device/device.ts";
import { float32Data, int64Data, onHost, tensorNamed } from "../../src/device/tensor_data.ts";

const REALS = float32Tensor(Float32Array.of(1.5), [1]);
const WHOLE = int64Tensor([2], [1]);

Deno.test("the numbers of a tensor are of its type, and no others", () => {
  assertEquals(float32Data(REALS), Float32Array.of(1.5));
  assertEquals(int64Data(WHOLE), BigInt64Array.of(2n));
  assertThrows(() => float32Data(WHOLE), TypeError, "a float32 tensor is needed, and this one is int64");
  assertThrows(() => int64Data(REALS), TypeError, "an int64 tensor is needed, and this one is float32");
});

Deno.test("a tensor on a device has no numbers on the host", () => {
  const there = { dims: [1], read: () => Promise.resolve(REALS), free: () => {} };
  assertEquals(onHost(REALS), REALS);
  assertThrows(() => onHost(there), TypeError, "this one is on a device");
  assertThrows(() => onHost(undefined), TypeError, "this one is absent");
});

Deno.test("a tensor that a graph or a file lacks is an error that names it, and what there is", () => {
  assertEquals(tensorNamed({ loss: 1, gradient: 2 }, "gradient"), 2);
  assertThrows(
    () => tensorNamed({ loss: 1, gradient: 2 }, "prompt"),
    RangeError,
    "'prompt' (found: loss, gradient)",
  );
  assertThrows(() => tensorNamed({}, "prompt"), RangeError, "'prompt' (found: none)");
});
