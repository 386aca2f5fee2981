import { assert, assertEquals } from "@std/assert";
import { compile } from "../../../src/compiler/mod.ts";
import { GpuReads } from "../../../src/device/gpu_reads.ts";
import { areEqual } from "../../../src/device/replay/equal_buffers.ts";
import { ReadBindings } from "../../../src/device/replay/read_bindings.ts";
import type { Tensor } from "../../../src/device/device.ts";
import { answerReplay } from "../../../src/device/replay_of.ts";
import { familyFeeds, familyModel, padded, readFamily } from "../../compiler/family_step.ts";
import { DEVICES, sharedDevice } from "../../devices.ts";
import { bytesLeft } from "../gpu_bytes.ts";

function webgpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !DEVICES.includes("webgpu"), fn: test });
}

const ON_GPU = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;

webgpuTest("buffers are equal where no bit differs", async () => {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const { limits } = await adapter.requestDevice();
  const device = await adapter.requestDevice();
  // More words than there are invocations, in three pieces of the binding's limit.
  Object.defineProperty(device, "limits", { value: { ...limits, maxStorageBufferBindingSize: 65_600 } });
  const words = Uint32Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2_654_435_761));
  const buffer = (data: Uint32Array<ArrayBuffer>) => {
    const made = device.createBuffer({ size: data.byteLength, usage: ON_GPU });
    device.queue.writeBuffer(made, 0, data);
    return made;
  };
  const withBit = (at: number) => buffer(words.map((word, i) => i === at ? word ^ 1 : word));
  const one = buffer(words);
  const pairs = [buffer(words), withBit(0), withBit(20_000), withBit(39_999), buffer(words)]
    .map((other) => [one, other] as const);
  assertEquals(await areEqual(device, new GpuReads(device), pairs), [true, false, false, false, true]);
  assertEquals(await areEqual(device, new GpuReads(device), []), []);
  assert(adapter);
});

webgpuTest("what a shader declares to be read is known of the pipelines that are made of it", async () => {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const device = await adapter.requestDevice();
  const code = `
@group(0) @binding(0) var<storage, read> given: array<f32>;
@group(0) @binding(1) var<storage, read_write> made: array<f32>;
@group(1) @binding(0) var<storage,read> scale : f32;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) { made[id.x] = scale * given[id.x]; }`;
  const pipeline = () => {
    const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
    return [
      device.createComputePipeline({ layout: "auto", compute }),
      device.createComputePipelineAsync({ layout: "auto", compute }),
    ] as const;
  };
  const [before] = pipeline();
  const bindings = new ReadBindings(device);
  const [made, promised] = pipeline();
  const read = (pipeline: GPUComputePipeline) =>
    ([[0, 0], [0, 1], [1, 0], [1, 1]] as const).map(([group, at]) => bindings.has(pipeline, group, at));
  assertEquals(read(before), [false, false, false, false]);
  for (const one of [made, await promised]) assertEquals(read(one), [true, false, true, false]);
  assert(adapter);
});

webgpuTest("recordings of several shapes hold the weights once, and compute the same", async () => {
  const path = familyModel("bert-opset11");
  const bytes = await Deno.readFile(path);
  const { answer } = compile(bytes, path, "embedding-output", "adamw", { target: "webgpu" });
  const feeds = familyFeeds(await readFamily("bert-opset11"), "embedding-output");
  const session = await (await sharedDevice("webgpu")).open(answer, {
    ...answerReplay((line) => assert(false, line)),
    after: 1,
  });
  const answers = async (tokens: number) => {
    const { class_logits, word_logits } = await session.run(padded(feeds, tokens));
    return [class_logits!.data, word_logits!.data];
  };
  const plain: Tensor["data"][][] = [];
  const recorded = (tokens: number) => bytesLeft(async () => void plain.push(await answers(tokens)));
  await session.run(padded(feeds, 9));
  const one = await recorded(9);
  const other = await recorded(10);
  assert(other < one / 4, `${other} bytes, and ${one} of the first`);
  assertEquals([await answers(9), await answers(10)], plain);
  await session.release();
});
