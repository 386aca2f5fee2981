import { assert, assertEquals, assertRejects } from "@std/assert";
import { compile, fallbacks, type Graph, type Precision } from "../../src/compiler/mod.ts";
import {
  DeviceError,
  type DeviceTensor,
  float32Tensor,
  int64Tensor,
  type ResidentSession,
  type Tensor,
} from "../../src/device/device.ts";
import { stepReplay } from "../../src/device/replay_of.ts";
import { openWebgpu } from "../../src/device/webgpu.ts";
import { ON_DISK } from "../../src/device/weight_files.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointTimer } from "../../src/training/checkpoint_timer.ts";
import { tune, type TuningTask } from "../../src/training/trainer.ts";
import { familyFeeds, familyModel, padded, readFamily } from "../compiler/family_step.ts";
import { relativeError } from "../compiler/graph_runner.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { tinyTask } from "../training/tiny_task.ts";
import { countGpuCalls } from "./gpu_calls.ts";
import { countTransfers } from "./transfers.ts";

const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

/** The relative error of a gradient in float16 that is still no more than rounding: 2⁻¹¹ in each of some layers' products. */
const HALF_ERROR = 0.03;

function webgpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !DEVICES.includes("webgpu"), fn: test });
}

const unexpected = (line: string) => assert(false, line);

async function opened(
  name: string,
  precision: Precision,
): Promise<{ session: ResidentSession; step: Graph }> {
  const path = familyModel(name);
  let step: Graph | undefined;
  const { train } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    read: readRegion,
    target: "webgpu",
    precision,
    onPass: (_, graph) => step = graph,
  });
  const device = await sharedDevice("webgpu");
  // Recorded is the second step over a shape with as many examples as the one before it.
  const replay = precision === "float32" ? { ...stepReplay(unexpected), after: 2 } : undefined;
  return { session: await device.openResident(train, replay), step: step! };
}

/** Reads a step's outputs, and frees them. */
async function readOutputs(
  outputs: Readonly<Record<string, DeviceTensor>>,
): Promise<Record<string, Tensor>> {
  const read = await Promise.all(
    Object.entries(outputs).map(async ([name, tensor]) => [name, await tensor.read()] as const),
  );
  for (const tensor of Object.values(outputs)) tensor.free();
  return Object.fromEntries(read);
}

/** The same inputs for a prompt and tokens of zeros. */
function withZeros(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const { input_ids, prompt } = feeds;
  return {
    ...feeds,
    input_ids: int64Tensor(new Uint8Array(input_ids!.data.length), input_ids!.dims),
    prompt: float32Tensor(new Float32Array(prompt!.data.length), prompt!.dims),
  };
}

for (const name of FAMILIES) {
  for (const precision of ["float32", "float16"] as const) {
    const isReplayed = precision === "float32";
    const more = isReplayed ? ", also when it is replayed after one on zeros was recorded" : "";
    webgpuTest(
      `a step of ${name} in ${precision} fetches nothing from the GPU, and agrees with float64 PyTorch${more}`,
      async () => {
        const reference = await readFamily(name);
        const { session, step } = await opened(name, precision);
        assertEquals(fallbacks(step).map(({ op }) => op), []);
        // Twelve tokens are read four at a time, nine one by one; the three that are added say nothing.
        for (const tokens of isReplayed ? [12, 9] : [9]) {
          const given = padded(familyFeeds(reference, "embedding-output"), tokens);
          const zeros = float32Tensor(new Float32Array(given.prompt!.data.length), given.prompt!.dims);
          const feeds = { first_moment: zeros, second_moment: zeros, ...given };
          const { result, transfers } = await countTransfers(() => session.run(feeds));
          assertEquals(transfers.downloads, 0);
          const outputs = await readOutputs(result);
          const found = (output: string) => outputs[output]!.data as Float32Array;
          const { gradient, class_logits, loss } = reference["embedding-output"];
          const off = {
            gradient: relativeError(found("gradient"), gradient.flat()),
            logits: relativeError(found("class_logits"), class_logits.flat()),
            loss: relativeError(found("loss"), [loss]),
          };
          // A model that is stored in half precision is itself off by more than rounding.
          const most = precision === "float16" ? HALF_ERROR : name.endsWith("fp16") ? 1e-3 : 1e-4;
          assert(Math.max(...Object.values(off)) < most, `over ${tokens} tokens: ${JSON.stringify(off)}`);
          if (tokens === 12 || !isReplayed) continue;
          await readOutputs(await session.run(withZeros(feeds)));
          let again: Record<string, DeviceTensor> = {};
          const { submits } = await countGpuCalls(async () => void (again = await session.run(feeds)));
          assertEquals(await readOutputs(again), outputs);
          assertEquals(submits, 1);
        }
        await session.release();
      },
    );
  }
}

webgpuTest(
  "between two lines of the history ids go up, and at a line all comes down in one read",
  async () => {
    const device = await sharedDevice("webgpu");
    const task = await tinyTask(device, { logEvery: 5, steps: 20, examples: 80 });
    const counts: { step: number; downloads: number; bytes: number }[] = [];
    const running = tune({ ...task, timer: new CheckpointTimer({ now: () => 0 }) });
    for (;;) {
      const { result: { done, value }, transfers } = await countTransfers(() => running.next());
      if (done) break;
      if (value.kind === "step") {
        counts.push({ step: value.step, downloads: transfers.downloads, bytes: transfers.uploadedBytes });
      }
    }
    for (const { step, downloads, bytes } of counts) {
      // At a line: five losses, the gradient, the prompt and its two moments.
      assertEquals(downloads, step % 5 === 0 ? 1 : 0, `step ${step}`);
      // The step after a line begins before the line is there.
      const most = step % 5 === 0 ? 8192 : 4096;
      assert(step === 1 || bytes < most, `${bytes} bytes went up in step ${step}`);
    }
    await task.close();
  },
);

webgpuTest(
  "a device that is lost among replayed steps is reported, and the run resumes from the last line of the history",
  async () => {
    const { requestDevice } = GPUAdapter.prototype;
    const devices: GPUDevice[] = [];
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      devices.push(device);
      return device;
    };
    try {
      const options = { logEvery: 5, steps: 20, examples: 80 };
      const replay = stepReplay((line) => assert(false, line));
      const task = await tinyTask(await openWebgpu(ON_DISK), { ...options, replay });
      const whole = await finished(await tinyTask(await openWebgpu(ON_DISK), options));
      let kept: Checkpoint | undefined;
      await assertRejects(
        async () => {
          for await (const event of tune({ ...task, timer: new CheckpointTimer({ now: () => 0 }) })) {
            if (event.kind === "checkpoint") kept = event.checkpoint;
            if (event.kind === "step" && event.step === 12) devices[0]!.destroy();
          }
        },
        DeviceError,
        "was lost",
      );
      assertEquals(kept!.step, 10);
      const written = await encodeCheckpoint({ checkpoint: kept!, history: { bytes: 0, sha256: "" } });
      const { checkpoint: resume } = await decodeCheckpoint(written);
      const rest = await finished({ ...await tinyTask(await openWebgpu(ON_DISK), options), resume });
      assertEquals(rest.data, whole.data);
    } finally {
      GPUAdapter.prototype.requestDevice = requestDevice;
    }
  },
);

async function finished(task: TuningTask): Promise<Tensor> {
  const running = tune(task);
  for (;;) {
    const { done, value } = await running.next();
    if (done) return value.parameters.prompt!;
  }
}
