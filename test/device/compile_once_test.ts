import { assert, assertEquals, assertNotStrictEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { compileOnce } from "../../src/device/compile_once.ts";
import { DEVICES } from "../devices.ts";

const codeOf = (factor: number) => `
@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
override added: f32 = 0;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  numbers[id.x] = numbers[id.x] * ${factor}.0 + added;
}
@compute @workgroup_size(1) fn other(@builtin(global_invocation_id) id: vec3<u32>) { numbers[id.x] = 7; }`;

/** What pipelines make of the numbers 1 to 4, one after the other. */
async function computed(device: GPUDevice, pipelines: readonly GPUComputePipeline[]): Promise<number[]> {
  const numbers = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  new Float32Array(numbers.getMappedRange()).set([1, 2, 3, 4]);
  numbers.unmap();
  const read = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  for (const pipeline of pipelines) {
    const entries = [{ binding: 0, resource: { buffer: numbers } }];
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(4);
    pass.end();
  }
  encoder.copyBufferToBuffer(numbers, 0, read, 0, 16);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  return Array.from(new Float32Array(read.getMappedRange()));
}

Deno.test({
  name: "a device compiles each shader once, for each entry point and its constants",
  ignore: !DEVICES.includes("webgpu"),
  fn: async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const device = await adapter.requestDevice();
    const entry = { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "storage" } } as const;
    const bindGroupLayouts = [device.createBindGroupLayout({ entries: [entry] })];
    compileOnce(device);
    const moduleOf = (factor: number) => device.createShaderModule({ code: codeOf(factor) });
    const [two, again, three] = [moduleOf(2), moduleOf(2), moduleOf(3)];
    assertStrictEquals(again, two);
    assertNotStrictEquals(three, two);
    const pipeline = (
      module: GPUShaderModule,
      entryPoint = "main",
      constants: Record<string, number> = {},
      layout: "auto" | GPUPipelineLayout = "auto",
    ) => device.createComputePipelineAsync({ layout, compute: { module, entryPoint, constants } });
    const doubling = await pipeline(two);
    assertStrictEquals(await pipeline(again), doubling);
    const others = await Promise.all([
      pipeline(three),
      pipeline(two, "other"),
      pipeline(two, "main", { added: 1 }),
    ]);
    assertEquals(new Set([doubling, ...others]).size, 4);
    assertEquals(await computed(device, [doubling, doubling]), [4, 8, 12, 16]);
    assertEquals(await computed(device, [others[0]!]), [3, 6, 9, 12]);
    assertEquals(await computed(device, [others[1]!]), [7, 7, 7, 7]);
    assertEquals(await computed(device, [others[2]!, doubling]), [6, 10, 14, 18]);
    const layoutOf = (...entries: GPUBindGroupLayoutEntry[]) =>
      device.createPipelineLayout({ bindGroupLayouts: [device.createBindGroupLayout({ entries })] });
    const wider = layoutOf(entry, { ...entry, binding: 1 });
    const laidOut = await pipeline(two, "main", {}, layoutOf(entry));
    assertNotStrictEquals(laidOut, doubling);
    assertStrictEquals(await pipeline(again, "main", {}, layoutOf({ ...entry })), laidOut);
    assertNotStrictEquals(await pipeline(two, "main", {}, wider), laidOut);
    assertEquals(await computed(device, [laidOut, doubling]), [4, 8, 12, 16]);
    // Of what was made before, it is not known which layouts are equal.
    const elsewhere = await pipeline(two, "main", {}, device.createPipelineLayout({ bindGroupLayouts }));
    assertNotStrictEquals(elsewhere, laidOut);
    assertEquals(await computed(device, [elsewhere]), [2, 4, 6, 8]);
    await assertRejects(() => pipeline(two, "missing"));
    await assertRejects(() => pipeline(two, "missing"));
    assert(adapter);
  },
});
