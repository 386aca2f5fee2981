import { assertRejects } from "@std/assert";
import { join } from "@std/path";
import { float32Tensor } from "../../src/device/device.ts";
import { writeSafetensors } from "../../src/device/safetensors.ts";
import { InputError } from "../../src/experiment/errors.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { readWeights, weightsFile } from "../../src/results/model_weights.ts";
import { readPrompt } from "../../src/results/read_prompt.ts";

const BROKEN = float32Tensor(Float32Array.of(1, 2, 3, Infinity), [2, 2]);

Deno.test("a run's files of numbers are refused where one is none, naming the file and the place", async () => {
  const folder = await Deno.makeTempDir();
  const refused = async (read: () => Promise<unknown>, name: string, why: string) => {
    await assertRejects(read, InputError, `${join(folder, name)} is damaged (${why}`);
  };
  try {
    await assertRejects(() => readPrompt(folder), InputError, "it lacks prompt.safetensors");
    await assertRejects(() => readWeights(folder), InputError, "it lacks model.safetensors");
    await Deno.writeFile(join(folder, "prompt.safetensors"), promptFile(BROKEN, "embedding-output"));
    await refused(() => readPrompt(folder), "prompt.safetensors", "'prompt' holds Infinity at [1, 1]");
    await Deno.writeFile(join(folder, "model.safetensors"), weightsFile({ "head.bias": BROKEN }));
    await refused(() => readWeights(folder), "model.safetensors", "'head.bias' holds Infinity at [1, 1]");
    const flat = writeSafetensors({
      tensors: { prompt: float32Tensor(Float32Array.of(1, 2), [2]) },
      metadata: {},
    });
    await Deno.writeFile(join(folder, "prompt.safetensors"), flat);
    await refused(() => readPrompt(folder), "prompt.safetensors", "it holds no prompt [length, dimension]");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
