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
  const file = writeSafetensors(named), view = new DataView(file.buffer);
  const length = Number(view.getBigUint64(0, true));
  assertEquals(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  assertEquals(header.prompt, { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
  assertEquals(header.bias.data_offsets, [16, 20]);
  assertEquals(view.getFloat32(8 + length + 8, true), 3.5);
  assertEquals(file.length, 8 + length + 20);
});

Deno.test("a file that is cut off or another is refused", () => {
  const file = writeSafetensors(named);
  assertThrows(() => readSafetensors(file.subarray(0, file.length - 1)), RangeError, "'bias' is cut off");
  assertThrows(() => readSafetensors(file.subarray(0, 20)), RangeError, "its header is cut off");
  assertThrows(() => readSafetensors(new Uint8Array(3)), RangeError, "3 bytes");
});
