import { assertEquals, assertThrows } from "@std/assert";
import { float32Tensor } from "../../src/device/device.ts";
import { readSafetensors, writeSafetensors } from "../../src/device/safetensors.ts";

const named = {
  tensors: {
    prompt: float32Tensor(Float32Array.of(1, -2, 3.5, 0), [2, 2]),
    bias: float32Tensor(Float32Array.of(7), [1]),
  },
  metadata: { format: "test", name: "söft" },
};

Deno.test("tensors and metadata come back as they were written", () => {
  assertEquals(readSafetensors(writeSafetensors(named)), named);
});

Deno.test("the file is laid out as the format says", () => {
  const file = writeSafetensors(named);
  const view = new DataView(file.buffer);
  const length = Number(view.getBigUint64(0, true));
  assertEquals(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  assertEquals(header.prompt, { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
  assertEquals(header.bias.data_offsets, [16, 20]);
  assertEquals(view.getFloat32(8 + length + 8, true), 3.5);
  assertEquals(file.length, 8 + length + 20);
});

Deno.test("a truncated file or one of another format is refused", () => {
  const file = writeSafetensors(named);
  assertThrows(() => readSafetensors(file.subarray(0, file.length - 1)), RangeError, "'bias' is truncated");
  assertThrows(() => readSafetensors(file.subarray(0, 20)), RangeError, "its header is truncated");
  assertThrows(() => readSafetensors(new Uint8Array(3)), RangeError, "3 bytes");
});

Deno.test("a number that is not finite is refused, naming the tensor and the first place", () => {
  for (const [value, said] of [[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]] as const) {
    const prompt = float32Tensor(Float32Array.of(1, 2, 3, 4, 5, value, NaN, 8), [4, 2]);
    const file = writeSafetensors({ tensors: { prompt }, metadata: {} });
    assertThrows(() => readSafetensors(file), RangeError, `'prompt' holds ${said} at [2, 1]`);
  }
});

/** A file with a header of any kind, and twelve bytes after it. */
function withHeader(header: string): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + 12);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

Deno.test("half numbers are widened, those too large for their type refused", () => {
  const file = withHeader('{"x":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}');
  file.set(new Uint8Array(Float16Array.of(1.5, -2, 65504).buffer), file.length - 12);
  assertEquals(readSafetensors(file).tensors.x!.data, Float32Array.of(1.5, -2, 65504));
  file.set(new Uint8Array(Float16Array.of(1e6).buffer), file.length - 8);
  assertThrows(() => readSafetensors(file), RangeError, "'x' holds Infinity at [2]");
});

Deno.test("a header that contradicts the bytes is refused", () => {
  for (
    const [header, why] of [
      ["{", "its header is not JSON"],
      ["null", "its header is not an object"],
      ['{"x":1}', "'x' is undefined, not F32"],
      ['{"x":{"dtype":"F32"}}', "'x' has no valid shape"],
      ['{"x":{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}}', "'x' is constructor, not F32"],
      ['{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', "'x' is truncated"],
      ['{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', "'x' has no valid shape"],
      ['{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', "'x' [2] takes 8 bytes, but the file has 4"],
      ['{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', "'x' is truncated"],
    ] as const
  ) {
    assertThrows(() => readSafetensors(withHeader(header)), RangeError, why, header);
  }
});
