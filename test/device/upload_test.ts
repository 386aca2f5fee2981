import { assertEquals, assertRejects } from "@std/assert";
import { GpuReads } from "../../src/device/gpu_reads.ts";
import { upload } from "../../src/device/upload.ts";
import { DEVICES } from "../devices.ts";
import { bytesLeft } from "./gpu_bytes.ts";

Deno.test({
  name: "bytes are uploaded piece by piece, whatever their number",
  ignore: !DEVICES.includes("webgpu"),
  fn: async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const device = await adapter.requestDevice();
    const reads = new GpuReads(device);
    for (const size of [2, 8, 16, 37]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i + 1);
      const asked: number[] = [];
      const read = (offset: number, length: number) => {
        asked.push(length);
        return Promise.resolve(bytes.subarray(offset, offset + length));
      };
      const buffer = await upload(device, size, read, 16);
      assertEquals(asked, size > 32 ? [16, 16, 5] : [size]);
      const found = new Uint8Array(await reads.read(buffer, 0, buffer.size));
      assertEquals(found.subarray(0, size), bytes);
      assertEquals(found.subarray(size), new Uint8Array(buffer.size - size));
    }
    const failing = () => upload(device, 8, () => Promise.reject(new RangeError("cut off")));
    assertEquals(await bytesLeft(async () => void await assertRejects(failing, RangeError, "cut off")), 0);
    device.destroy();
    // An adapter that is collected before its device aborts the process.
    assertEquals(typeof adapter.info, "object");
  },
});
