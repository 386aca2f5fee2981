import { compile, compileBank, type LossMean } from "../../src/compiler/mod.ts";
import {
  type Device,
  float32Tensor,
  int64Tensor,
  type Replay,
  type ResidentSession,
} from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { withoutMask } from "../compiler/without_mask.ts";
import type { TuningTask } from "../../src/training/trainer.ts";

/** The bank of the same step, opened. */
export async function tinyBank(device: Device, replay?: Replay): Promise<ResidentSession> {
  const { bytes, compiled: { train } } = await tinyModel(device, true, "plain", compileBank);
  const weights = new Map([["bert-opset11.onnx", bytes]]);
  return await device.openResident({ bytes: train.bytes, weights }, replay);
}

async function tinyModel<Made>(
  device: Device,
  takesMask: boolean,
  loss: LossMean,
  compiled: (...from: Parameters<typeof compile>) => Made,
) {
  const path = "test/fixtures/families/bert-opset11.onnx";
  const file = await Deno.readFile(path);
  const bytes = takesMask ? file : withoutMask(file);
  const target = device.kind === "webgpu" ? "webgpu" as const : "cpu" as const;
  return { bytes, compiled: compiled(bytes, path, "embedding-output", "adamw", { target, loss }) };
}

/**
 * Tuning two vectors in front of the smallest BERT of the fixtures, on some examples of random tokens.
 *
 * @param options `takesMask: false`: of its file that takes no `attention_mask` and reads padding
 */
export async function tinyTask(
  device: Device,
  {
    steps,
    logEvery,
    accumulate = 1,
    examples: count = 14,
    takesMask = true,
    classWeights,
    replay,
    lengthStep,
  }: {
    steps: number;
    logEvery: number;
    accumulate?: number;
    examples?: number;
    takesMask?: boolean;
    classWeights?: readonly number[];
    replay?: Replay;
    lengthStep?: number;
  },
): Promise<TuningTask & { close(): Promise<void> }> {
  const { bytes, compiled: { train, update, state, dimension } } = await tinyModel(
    device,
    takesMask,
    classWeights ? "weighted" : "plain",
    compile,
  );
  const weights = new Map([["bert-opset11.onnx", bytes]]);
  const trainStep = await device.openResident({ bytes: train.bytes, weights }, replay);
  const updating = await device.openResident({ bytes: update.bytes, weights: new Map() }, replay);
  const stream = new RandomStream(0, "examples");
  const length = 2;
  const examples = Array.from({ length: count }, (_, i) => ({
    ids: [0, 0, ...Array.from({ length: 3 + i % 4 }, () => 3 + stream.integer(30))],
    positions: [0, 0, ...Array.from({ length: 3 + i % 4 }, (_, p) => p)],
    promptRows: [0, 1],
    answerRow: 3,
    truncated: 0,
    label: i % 2,
  }));
  return {
    trainStep,
    update: updating,
    state,
    parameters: {
      prompt: float32Tensor(
        Float32Array.from({ length: length * dimension }, () => stream.uniform(-1, 1)),
        [length, dimension],
      ),
    },
    examples,
    padId: takesMask ? 1 : undefined,
    verbalizer: {
      label_tokens: int64Tensor([5, 6], [2, 1]),
      label_weights: float32Tensor(Float32Array.of(1, 1), [2, 1]),
    },
    spec: {
      optimizer: { name: "adamw", learningRate: 0.03, weightDecay: 0.01 },
      schedule: { name: "constant", warmupSteps: 0 },
      batchSize: 8,
      accumulate,
      steps,
      clipNorm: 1,
      logEvery,
    },
    seed: 0,
    ...(lengthStep !== undefined && { lengthStep }),
    ...(classWeights && { classWeights }),
    close: async () => {
      await trainStep.release();
      await updating.release();
    },
  };
}
