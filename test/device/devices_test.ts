import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { compile } from "../../src/compiler/mod.ts";
import { chooseDevice } from "../../src/device/choose.ts";
import {
  DeviceError,
  type DeviceKind,
  float32Tensor,
  int64Tensor,
  scalarTensor,
  type Tensor,
} from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { randomTensor, relativeError } from "../compiler/graph_runner.ts";
import { DEVICES } from "../devices.ts";
import { MINI } from "../shared.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const bytes = await Deno.readFile(path);
const { train, update } = compile(bytes, path, "embedding-output", "adamw");

function feeds(): Record<string, Tensor> {
  const stream = new RandomStream(0, "devices");
  const prompt = randomTensor(stream, [3, 256]);
  const places = Array.from({ length: 2 * 9 }, (_, i) => i);
  const zeros = float32Tensor(new Float32Array(3 * 256), [3, 256]);
  return {
    input_ids: int64Tensor(places.map(() => 5 + stream.integer(8000)), [2, 9]),
    attention_mask: int64Tensor(places.map((i) => Number(i < 16)), [2, 9]),
    position_ids: int64Tensor(places.map((i) => Math.max(0, i % 9 - 3)), [2, 9]),
    prompt_rows: int64Tensor([0, 1, 2, 0, 1, 2], [2, 3]),
    answer_rows: int64Tensor([8, 6], [2]),
    label_tokens: int64Tensor([387, 0, 307, 381], [2, 2]),
    label_weights: float32Tensor(Float32Array.of(1, 0, 0.5, 0.5), [2, 2]),
    labels: int64Tensor([0, 1], [2]),
    prompt,
    first_moment: zeros,
    second_moment: zeros,
    learning_rate: scalarTensor(0.03),
    weight_decay: scalarTensor(0.01),
    clip_norm: scalarTensor(0.1),
    step: scalarTensor(1),
  };
}

async function stepOn(
  kind: DeviceKind,
): Promise<{ first: Record<string, Tensor>; second: Record<string, Tensor> }> {
  const device = await chooseDevice(kind, () => {});
  const session = await device.open({ bytes: train.bytes, weights: new Map([["model.onnx", bytes]]) });
  // Two runs at once: the session makes the second wait for the first.
  const [first, second] = await Promise.all([session.run(feeds()), session.run(feeds())]);
  await session.release();
  return { first, second };
}

const reference = await stepOn("cpu");

for (const kind of DEVICES) {
  Deno.test(`a step on ${kind} is that of the native CPU, and the same bits every time`, async () => {
    const { first, second } = await stepOn(kind);
    for (const [name, tensor] of Object.entries(reference.first)) {
      assertEquals(first[name]!.dims, tensor.dims);
      assertEquals(first[name]!.data, second[name]!.data, `${name} is the same twice`);
      const error = relativeError(first[name]!.data as Float32Array, tensor.data as Float32Array);
      assert(error < 1e-4, `${name} is off by ${error}`);
    }
  });
}

for (const kind of DEVICES) {
  Deno.test(`sessions on ${kind} give the same bits while others run, open and close as alone`, async () => {
    const device = await chooseDevice(kind, () => {});
    const open = ({ bytes: graph }: { readonly bytes: Uint8Array }) =>
      device.open({ bytes: graph, weights: new Map([["model.onnx", bytes]]) });
    const sessions = await Promise.all([open(train), open(update)]);
    const inputs = { ...feeds(), gradient: randomTensor(new RandomStream(1, "devices"), [3, 256]) };
    const alone = [await sessions[0]!.run(inputs), await sessions[1]!.run(inputs)];
    const others = open(update).then((session) => session.release());
    await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      for (let turn = 0; turn < 3 * i; turn++) await Promise.resolve();
      const outputs = await sessions[i % 2]!.run(inputs);
      for (const [name, { data }] of Object.entries(alone[i % 2]!)) {
        assertEquals(outputs[name]!.data, data, `${name} of run ${i}`);
      }
    }));
    await others;
    for (const session of sessions) await session.release();
  });
}

Deno.test("an input that is not fed is named", async () => {
  const device = await chooseDevice("cpu", () => {});
  const session = await device.open({ bytes: train.bytes, weights: new Map([["model.onnx", bytes]]) });
  const { labels: _, ...rest } = feeds();
  await assertRejects(() => session.run(rest), RangeError, "input 'labels' is missing from the feeds");
  await session.release();
});

Deno.test("auto never takes a software adapter", async () => {
  const gpu = Object.getOwnPropertyDescriptor(navigator, "gpu") ??
    Object.getOwnPropertyDescriptor(Navigator.prototype, "gpu")!;
  const withAdapter = async (info: Partial<GPUAdapterInfo> | null, test: () => Promise<void>) => {
    const device = {
      lost: new Promise(() => {}),
      addEventListener: () => {},
      features: new Set(),
      createShaderModule: () => {},
      createComputePipeline: () => {},
      createComputePipelineAsync: () => {},
      createBindGroupLayout: () => {},
      createPipelineLayout: () => {},
    };
    const adapter = { info, features: new Set(), limits: {}, requestDevice: () => Promise.resolve(device) };
    const requestAdapter = () => Promise.resolve(info && adapter);
    Object.defineProperty(navigator, "gpu", { configurable: true, value: { requestAdapter } });
    await test();
    Object.defineProperty(navigator, "gpu", gpu);
  };
  const auto = async () => (await chooseDevice("auto", () => {})).kind;
  await withAdapter(
    { description: "llvmpipe (LLVM 15)", isFallbackAdapter: false },
    async () => assertEquals(await auto(), "cpu"),
  );
  await withAdapter(
    { description: "Some GPU", isFallbackAdapter: true },
    async () => assertEquals(await auto(), "cpu"),
  );
  await withAdapter(
    { description: "Some GPU", isFallbackAdapter: false },
    async () => assertEquals(await auto(), "webgpu"),
  );
  await withAdapter(null, async () => {
    assertEquals(await auto(), "cpu");
    await assertRejects(
      () => chooseDevice("webgpu", () => {}),
      DeviceError,
      "no WebGPU adapter: install a Vulkan driver",
    );
  });
});
