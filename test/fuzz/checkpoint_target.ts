import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { float32Tensor } from "../../src/device/device.ts";
import { CheckpointFiles } from "../../src/results/checkpoint_files.ts";
import { HistoryFile } from "../../src/results/history_file.ts";
import type { Checkpoint } from "../../src/training/checkpoint.ts";
import { inFolder } from "./in_folder.ts";
import { linesMutant } from "./json_mutants.ts";
import { mutations } from "./mutate.ts";
import { safetensorsMutant } from "./safetensors_target.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const HISTORY = "history.jsonl";

/** The checkpoints of an interrupted run and its history: one that is called sound is as it was written. */
export const checkpoints: Target = {
  seeds: files,
  mutate: (bytes, seed, name) => {
    if (seed % 2 === 0) return mutations(bytes, seed).next().value;
    return name === HISTORY ? linesMutant(bytes, seed) : safetensorsMutant(bytes, seed);
  },
  refusals: [],
  run: async (bytes, name) =>
    await inFolder(new Map([...await files(), [name, bytes]]), async (folder) => {
      const { sound } = await filesIn(folder).read(true);
      for (const { checkpoint } of sound) assertEquals(checkpoint, checkpointOf(checkpoint.step));
      return ["from the start", "from the other one", "from either"][sound.length]!;
    }),
};

let made: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

function files(): Promise<ReadonlyMap<string, Uint8Array>> {
  return made ??= inFolder(new Map(), async (folder) => {
    const history = new HistoryFile(join(folder, HISTORY));
    const kept = new CheckpointFiles(folder, history);
    for (const step of [10, 20]) {
      await history.append({ step, epoch: 1, loss: 1 / step, learning_rate: 0.1, gradient_norm: 1 });
      await kept.keep({ checkpoint: checkpointOf(step), history: await history.mark() });
    }
    return await readFiles(folder, /./);
  });
}

function filesIn(folder: string): CheckpointFiles {
  return new CheckpointFiles(folder, new HistoryFile(join(folder, HISTORY)));
}

function checkpointOf(step: number): Checkpoint {
  const tensor = (from: number) =>
    float32Tensor(Float32Array.from({ length: 6 }, (_, i) => (from + i) / step), [2, 3]);
  return {
    step,
    losses: [0.5, 0.25],
    waited: 1,
    seconds: 2,
    parameters: { prompt: tensor(1) },
    state: { m: tensor(2), v: tensor(3) },
    best: { step: 5, validation: { accuracy: 0.5, loss: 0.75 }, parameters: { prompt: tensor(4) } },
  };
}
