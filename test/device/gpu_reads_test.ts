import { assertEquals, assertRejects } from "@std/assert";
import { GpuReads } from "../../src/device/gpu_reads.ts";
import { DEVICES } from "../devices.ts";
import { countGpuCalls } from "./gpu_calls.ts";

Deno.test({
  name: "what is read at the same time comes in one read, as it was when it was asked for or submitted",
  ignore: !DEVICES.includes("webgpu"),
  fn: async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const device = await adapter.requestDevice();
    const reads = new GpuReads(device);
    const [one, other] = [0, 1].map(() =>
      device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST })
    ) as [GPUBuffer, GPUBuffer];
    device.queue.writeBuffer(one, 0, Float32Array.of(1, 2, 3, 4));
    device.queue.writeBuffer(other, 0, Float32Array.of(5, 6, 7, 8));
    let found: ArrayBuffer[] = [];
    const calls = await countGpuCalls(async () => {
      const all = Promise.all([reads.read(one, 4, 8), reads.read(other, 0, 4), reads.read(one, 0, 4)]);
      reads.submit();
      device.queue.writeBuffer(one, 0, Float32Array.of(0, 0, 0, 0));
      found = await all;
    });
    assertEquals(found.map((bytes) => Array.from(new Float32Array(bytes))), [[2, 3], [5], [1]]);
    assertEquals([calls.submits, calls.reads], [1, 1]);
    device.destroy();
    await assertRejects(() => reads.read(one, 0, 4));
    // An adapter that is collected before its device aborts the process.
    assertEquals(typeof adapter.info, "object");
  },
});
