import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { compile, type Compiled, type Precision } from "../../src/compiler/mod.ts";
import { readParts, type TensorPlace, writeParts } from "../../src/compiler/backend/graph_parts.ts";
import {
  type Device,
  DeviceError,
  type Feeds,
  float32Tensor,
  type GraphFile,
  type Session,
} from "../../src/device/device.ts";
import { answerReplay, stepReplay } from "../../src/device/replay_of.ts";
import { openWebgpu } from "../../src/device/webgpu.ts";
import { ON_DISK } from "../../src/device/weight_files.ts";
import { IN_MEMORY } from "../../src/device/weights.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { inFolder } from "../commands/softprompt.ts";
import { familyFeeds, familyModel, readFamily } from "../compiler/family_step.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { MINI } from "../shared.ts";
import { bytesLeft } from "./gpu_bytes.ts";
import { countTransfers } from "./transfers.ts";

const unexpected = (line: string) => assert(false, line);

function webgpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !DEVICES.includes("webgpu"), fn: test });
}

async function compiled(path: string, precision: Precision = "float32"): Promise<Compiled> {
  const options = { read: readRegion, target: "webgpu", precision } as const;
  return compile(await Deno.readFile(path), path, "embedding-output", "adamw", options);
}

async function feedsOf(name: string): Promise<Feeds> {
  const feeds = familyFeeds(await readFamily(name), "embedding-output");
  const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
  return { ...feeds, first_moment: zeros, second_moment: zeros };
}

/** The same graph, whose weights are left to ONNX Runtime. */
function withOwnWeights(graph: GraphFile): GraphFile {
  return { ...graph, isPerToken: true };
}

async function outputsOf(device: Device, graph: GraphFile, feeds: Feeds) {
  const session = await device.open(graph);
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

/** Where a graph's weights lie. */
function placesOf({ bytes }: GraphFile): readonly TensorPlace[] {
  return readParts(bytes).tensors.flatMap(({ place }) => place ? [place] : []);
}

// What weights are computed of: nothing, numbers of 8 and of 4 bits and of float16, parts of a packed projection.
for (const name of ["bert-opset11", "bert-int8", "llama-built-int4", "distilbert-fp16", "gpt2-opset11"]) {
  webgpuTest(`a step of ${name} gives the same bits with shared weights`, async () => {
    const device = await sharedDevice("webgpu");
    const { train } = await compiled(familyModel(name));
    const feeds = await feedsOf(name);
    assertEquals(
      await outputsOf(device, train, feeds),
      await outputsOf(device, withOwnWeights(train), feeds),
    );
  });
}

for (const precision of ["float32", "float16"] as const) {
  webgpuTest(
    `graphs of a model in ${precision} hold its weights once, which go with the last of them`,
    async () => {
      const path = join(MINI, "onnx", "model.onnx");
      const { train, answer } = await compiled(path, precision);
      const device = await openWebgpu(ON_DISK);
      const model = (await Deno.stat(path)).size / (precision === "float16" ? 2 : 1);
      const left = await bytesLeft(async () => {
        let first: Session | undefined;
        const taken = await bytesLeft(async () => void (first = await device.open(train)));
        assert(taken > 0.9 * model && taken < 1.1 * model, `${taken} bytes of ${model}`);
        let second: Session | undefined;
        const more = await bytesLeft(async () => {
          const { result, transfers } = await countTransfers(() => device.open(answer));
          second = result;
          assert(transfers.uploadedBytes < model / 100, `${transfers.uploadedBytes} bytes went up again`);
        });
        assert(more < model / 100, `${more} more bytes`);
        await first!.release();
        // Their last user has them still.
        const { transfers } = await countTransfers(async () => (await device.open(answer)).release());
        assert(transfers.uploadedBytes < model / 100, `${transfers.uploadedBytes} bytes went up again`);
        await second!.release();
      });
      assertEquals(left, 0);
    },
  );
}

webgpuTest("steps and answers, recorded or not, read the same weights", async () => {
  const { train, answer } = await compiled(familyModel("bert-opset11"));
  const feeds = await feedsOf("bert-opset11");
  const device = await sharedDevice("webgpu");
  const held = async (shown: (graph: GraphFile) => GraphFile) => {
    const sessions: Session[] = [];
    const bytes = await bytesLeft(async () => {
      sessions.push(await device.open(shown(train), stepReplay(unexpected)));
      sessions.push(await device.open(shown(answer), { ...answerReplay(unexpected), after: 1 }));
      for (const session of sessions) {
        for (let i = 0; i < 3; i++) await session.run(feeds);
        assert(session.openingTime! > 0);
      }
    });
    for (const session of sessions) await session.release();
    return bytes;
  };
  const weights = Math.min(
    ...[train, answer].map((graph) => placesOf(graph).reduce((sum, { length }) => sum + length, 0)),
  );
  const [own, shared] = [await held(withOwnWeights), await held((graph) => graph)];
  assert(own - shared >= 3 * weights, `${own} bytes and ${shared}, of weights ${weights}`);
});

webgpuTest(
  "two models on one device, and a file that has changed, have weights of their own",
  () =>
    inFolder(async (folder) => {
      const device = await openWebgpu(ON_DISK);
      const path = join(folder, "model.onnx");
      await Deno.copyFile(familyModel("bert-opset11"), path);
      const [{ answer }, other] = [await compiled(path), await compiled(familyModel("roberta-opset14"))];
      const feeds = await feedsOf("bert-opset11");
      const session = await device.open(answer);
      const before = await session.run(feeds);
      const held = await device.open(other.answer);
      const ofOther = await held.run(feeds);
      assertEquals(await outputsOf(device, withOwnWeights(other.answer), feeds), ofOther);
      // The same graph, over weights that are the negatives.
      const bytes = await Deno.readFile(path);
      const { offset, length } = placesOf(answer).reduce((a, b) => b.length > a.length ? b : a);
      for (let at = offset + 3; at < offset + length; at += 4) bytes[at]! ^= 0x80;
      await Deno.remove(path);
      await Deno.writeFile(path, bytes);
      const changed = await outputsOf(device, answer, feeds);
      assertEquals(changed, await outputsOf(device, withOwnWeights(answer), feeds));
      assertNotEquals(changed, before);
      assertEquals(await session.run(feeds), before);
      await session.release();
      await held.release();
    }),
);

webgpuTest("weights that come as bytes are shared as long as they are the same bytes", async () => {
  const path = familyModel("bert-opset11");
  const { train, answer } = await compiled(path);
  const device = await openWebgpu(IN_MEMORY);
  const bytes = await Deno.readFile(path);
  const uploaded = async (file: Uint8Array) => {
    const weights = new Map([["bert-opset11.onnx", file]]);
    const { result, transfers } = await countTransfers(() => device.open({ ...answer, weights }));
    await result.release();
    return transfers.uploadedBytes;
  };
  const step = await device.open({ ...train, weights: new Map([["bert-opset11.onnx", bytes]]) });
  const [again, copied] = [await uploaded(bytes), await uploaded(bytes.slice())];
  assert(again < copied / 4, `${again} bytes, and ${copied} of a copy`);
  await step.release();
});

webgpuTest(
  "a weight that no buffer of the adapter holds is named, and what was brought before it goes",
  async () => {
    const { train } = await compiled(join(MINI, "onnx", "model.onnx"));
    const limited = Object.getOwnPropertyDescriptor(GPUSupportedLimits.prototype, "maxBufferSize")!;
    const device = await openWebgpu(ON_DISK);
    const left = await bytesLeft(async () => {
      Object.defineProperty(GPUSupportedLimits.prototype, "maxBufferSize", {
        ...limited,
        get: () => 2 ** 20,
      });
      try {
        await assertRejects(
          () => device.open(train),
          DeviceError,
          "MiB, but a buffer of this WebGPU adapter holds at most 1 MiB (maxBufferSize): set 'device: cpu'",
        );
      } finally {
        Object.defineProperty(GPUSupportedLimits.prototype, "maxBufferSize", limited);
      }
    });
    assertEquals(left, 0);
  },
);

webgpuTest("a graph that does not open gives its weights up", async () => {
  const { train } = await compiled(familyModel("bert-opset11"));
  const device = await openWebgpu(ON_DISK);
  const parts = readParts(train.bytes);
  // A node that reads what nothing makes.
  const broken = writeParts({ ...parts, nodes: parts.nodes.slice(1) });
  assertEquals(
    await bytesLeft(async () => void await assertRejects(() => device.open({ ...train, bytes: broken }))),
    0,
  );
});
