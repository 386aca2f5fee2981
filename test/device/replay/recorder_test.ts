import { assertEquals, assertRejects } from "@std/assert";
import { GpuReads } from "../../../src/device/gpu_reads.ts";
import { encode } from "../../../src/device/replay/command.ts";
import { recorded, type Recording } from "../../../src/device/replay/recorder.ts";
import { ReplayRefusal } from "../../../src/device/replay/refusal.ts";
import { Scratch } from "../../../src/device/replay/scratch.ts";
import { withoutErrors } from "../../../src/device/replay/without_errors.ts";
import { DEVICES } from "../../devices.ts";

/** Adds 1 to each number. */
const CODE = `
@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) { numbers[id.x] += 1; }`;

const ON_GPU = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** A device, and what adds 1 to four numbers of a buffer and copies them to another. */
async function adding() {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const device = await adapter.requestDevice();
  const [numbers, copied] = [0, 1].map(() => device.createBuffer({ size: 16, usage: ON_GPU })) as [
    GPUBuffer,
    GPUBuffer,
  ];
  const compute = { module: device.createShaderModule({ code: CODE }), entryPoint: "main" };
  const pipeline = device.createComputePipeline({ layout: "auto", compute });
  const add = (commands?: (encoder: GPUCommandEncoder) => void) => {
    const entries = [{ binding: 0, resource: { buffer: numbers } }];
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(4);
    pass.end();
    encoder.copyBufferToBuffer(numbers, 0, copied, 0, 16);
    commands?.(encoder);
    device.queue.submit([encoder.finish()]);
  };
  const read = async (buffer: GPUBuffer) => {
    const staging = device.createBuffer({
      size: 16,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, 16);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return Array.from(new Float32Array(staging.getMappedRange().slice(0)));
  };
  // The adapter is kept as long as its device: one that is collected before aborts the process.
  return { adapter, device, numbers, copied, add, read };
}

function webgpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !DEVICES.includes("webgpu"), fn: test });
}

webgpuTest("what is recorded does the same when it is encoded again", async () => {
  const { device, numbers, copied, add, read } = await adding();
  const { commands, groups } = await recorded(device, () => Promise.resolve(add()));
  assertEquals(commands.map(({ kind }) => kind), ["dispatch", "copy"]);
  assertEquals([...groups.values()].map(({ bound }) => bound[0]!.buffer), [numbers]);
  assertEquals(await read(copied), [1, 1, 1, 1]);
  const encoder = device.createCommandEncoder();
  encode(encoder, commands);
  device.queue.submit([encoder.finish()]);
  assertEquals([await read(numbers), await read(copied)], [[2, 2, 2, 2], [2, 2, 2, 2]]);
});

webgpuTest("what others ask to read while something is recorded is read after that", async () => {
  const { device, numbers, add } = await adding();
  const reads = new GpuReads(device);
  let asked: Promise<ArrayBuffer> | undefined;
  let recording: Recording | undefined;
  await reads.hold(async () => {
    recording = await recorded(device, async () => {
      asked = reads.read(numbers, 0, 16);
      await new Promise((later) => setTimeout(later));
      add();
    });
  });
  assertEquals(recording!.commands.map(({ kind }) => kind), ["dispatch", "copy"]);
  assertEquals(Array.from(new Float32Array(await asked!)), [1, 1, 1, 1]);
});

webgpuTest("what a replay could not repeat is refused", async () => {
  const { device, numbers, copied, add } = await adding();
  const upload = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_SRC });
  const download = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST });
  const before = device.createCommandEncoder().finish();
  const cases: readonly (readonly [reason: string, work: () => void])[] = [
    ["uploads a tensor", () => add((encoder) => encoder.copyBufferToBuffer(upload, 0, numbers, 0, 16))],
    ["downloads a tensor", () => add((encoder) => encoder.copyBufferToBuffer(copied, 0, download, 0, 16))],
    ["writes into a tensor from the host", () => device.queue.writeBuffer(numbers, 0, new Float32Array(4))],
    ["commands that it encoded before", () => device.queue.submit([before])],
    ["calls 'resolveQuerySet'", () =>
      add((encoder) => {
        const queries = device.createQuerySet({ type: "occlusion", count: 1 });
        const resolved = device.createBuffer({ size: 256, usage: GPUBufferUsage.QUERY_RESOLVE });
        encoder.resolveQuerySet(queries, 0, 1, resolved, 0);
      })],
  ];
  for (const [reason, work] of cases) {
    await assertRejects(() => recorded(device, () => Promise.resolve(work())), ReplayRefusal, reason);
  }
});

webgpuTest("a device is as it was after a recording, also one that fails", async () => {
  const { device } = await adding();
  const own = () => [...Object.getOwnPropertyNames(device), ...Object.getOwnPropertyNames(device.queue)];
  const before = own();
  const fail = () => Promise.reject(new RangeError("broken"));
  await assertRejects(() => recorded(device, fail), RangeError, "broken");
  await assertRejects(() => new Scratch(device).lend(fail), RangeError, "broken");
  assertEquals(own(), before);
});

webgpuTest("buffers to compute in are handed out again, each of them once at a time", async () => {
  const { device } = await adding();
  const scratch = new Scratch(device);
  const created: GPUBuffer[] = [];
  const lend = (...descriptors: readonly GPUBufferDescriptor[]) =>
    scratch.lend(() => {
      created.push(...descriptors.map((one) => device.createBuffer(one)));
      return Promise.resolve();
    });
  const large = { size: 64, usage: ON_GPU };
  const uniform = { size: 64, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST };
  assertEquals((await lend(large, large, uniform)).size, 2);
  await lend(large, uniform, { ...large, size: 32 });
  const [first, second, own, again, ownAgain, small] = created;
  assertEquals([first === second, again === first, ownAgain === own, small === first], [
    false,
    true,
    false,
    false,
  ]);
});

webgpuTest("an error of the device ends the work that makes it, and nothing else", async () => {
  const { device, add, read, numbers } = await adding();
  const errors: string[] = [];
  device.addEventListener(
    "uncapturederror",
    (event) => errors.push((event as GPUUncapturedErrorEvent).error.message),
  );
  const wrong = () =>
    Promise.resolve(device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | ON_GPU }));
  await assertRejects(() => withoutErrors(device, wrong), ReplayRefusal, "MAP");
  assertEquals(await withoutErrors(device, () => Promise.resolve(7)), 7);
  add();
  assertEquals([await read(numbers), errors], [[1, 1, 1, 1], []]);
});
