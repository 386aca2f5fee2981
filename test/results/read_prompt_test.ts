import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { stringify } from "yaml";
import { sha256 } from "../../src/base/sha256.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { writeSafetensors } from "../../src/device/safetensors.ts";
import { InputError } from "../../src/base/errors.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { readWeights, weightsFile } from "../../src/results/model_weights.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import { readPrompt } from "../../src/results/read_prompt.ts";
import { readAbout } from "../../src/results/read_run.ts";
import { inFolder } from "../commands/softprompt.ts";
import { WHOLE_ENVIRONMENT, WHOLE_EXPERIMENT as EXPERIMENT, wholeMetrics } from "./whole_run.ts";

const BROKEN = float32Tensor(Float32Array.of(1, 2, 3, Infinity), [2, 2]);

Deno.test("a run's tensors are refused where a number is not finite, naming the file and the place", async () => {
  const folder = await Deno.makeTempDir();
  const refused = async (read: () => Promise<unknown>, name: string, why: string) => {
    await assertRejects(read, InputError, `${join(folder, name)} is damaged (${why}`);
  };
  try {
    await assertRejects(() => readPrompt(folder), InputError, `there is no complete run in ${folder}: name`);
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

const PROMPT = float32Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]);

/** A complete run with a prompt. */
async function writeRun(
  folder: string,
  files: Record<string, string> = { "prompt.safetensors": "" },
): Promise<void> {
  const json = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await json("metrics.json", wholeMetrics(1));
  await json("environment.json", { ...WHOLE_ENVIRONMENT, files });
  await Deno.writeTextFile(join(folder, "experiment.yaml"), stringify(EXPERIMENT));
  await Deno.writeFile(join(folder, "prompt.safetensors"), promptFile(PROMPT, "embedding-output"));
}

Deno.test("a prompt that is another run's is refused, both values named", () =>
  inFolder(async (folder) => {
    await writeRun(folder, {
      "prompt.safetensors": await sha256(promptFile(PROMPT, "embedding-output")),
    });
    const path: string = join(folder, "prompt.safetensors");
    assertEquals((await readPrompt(folder, 2)).prompt, PROMPT);
    await assertRejects(
      () => readPrompt(folder, 3),
      InputError,
      "its dimension is 2, but the model's vectors",
    );
    await Deno.writeFile(path, promptFile(PROMPT, "word-embeddings"));
    await assertRejects(
      () => readPrompt(folder),
      InputError,
      `${path} is not this run's prompt: its insertion is word-embeddings, but 'prompt.insertion' in experiment.yaml is embedding-output`,
    );
    const longer = float32Tensor(new Float32Array(6), [3, 2]);
    await Deno.writeFile(path, promptFile(longer, "embedding-output"));
    await assertRejects(() => readPrompt(folder), InputError, "its length is 3, but 'prompt.length'");
    const metadata = { insertion: "embedding-output", length: "2", dimension: "4", semantics: "2" };
    await Deno.writeFile(path, writeSafetensors({ tensors: { prompt: PROMPT }, metadata }));
    await assertRejects(() => readPrompt(folder), InputError, "its dimension is 4, and its tensor is [2, 2]");
  }));

Deno.test("a changed file of a run is refused by name; a changed name or description of the experiment is not", () =>
  inFolder(async (folder) => {
    const prompt = await sha256(promptFile(PROMPT, "embedding-output"));
    const experiment = experimentSha256(stringify(EXPERIMENT));
    await writeRun(folder, { "experiment.yaml": experiment, "prompt.safetensors": prompt });
    assertEquals((await readPrompt(folder)).sha256, prompt);
    const other = float32Tensor(Float32Array.of(1, 2, 3, 5), [2, 2]);
    await Deno.writeFile(join(folder, "prompt.safetensors"), promptFile(other, "embedding-output"));
    await assertRejects(() => readPrompt(folder), InputError, "prompt.safetensors was changed since the run");
    const edit = (changes: object) =>
      Deno.writeTextFile(join(folder, "experiment.yaml"), stringify({ ...EXPERIMENT, ...changes }));
    await edit({ name: "y", description: "said later" });
    assertEquals((await readAbout(folder)).experiment.name, "y");
    await edit({ verbalizer: { positive: ["bad"], negative: ["good"] } });
    await assertRejects(() => readAbout(folder), InputError, "experiment.yaml was changed since the run");
    await writeRun(folder, { "model.safetensors": "0" });
    await Deno.writeFile(join(folder, "model.safetensors"), weightsFile({ "head.bias": PROMPT }));
    await assertRejects(() => readWeights(folder), InputError, "model.safetensors was changed since the run");
  }));

Deno.test("a hash that was deleted from environment.json is an error that names the key", () =>
  inFolder(async (folder) => {
    await writeRun(folder, {});
    await assertRejects(
      () => readPrompt(folder),
      InputError,
      `${join(folder, "environment.json")} has no 'files.prompt.safetensors'`,
    );
    await Deno.writeTextFile(
      join(folder, "experiment.yaml"),
      stringify({ ...EXPERIMENT, semantics: 2 }),
    );
    await assertRejects(
      () => readPrompt(folder),
      InputError,
      `${join(folder, "environment.json")} has no 'files.experiment.yaml'`,
    );
  }));

Deno.test("weights of a tuned model in another format are refused before anything else is read of the run", () =>
  inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    const write = (metadata: Record<string, string>) =>
      Deno.writeFile(path, writeSafetensors({ tensors: { "head.bias": PROMPT }, metadata }));
    const refusals: [Record<string, string>, string][] = [
      [
        { format: "softprompt-model/2" },
        "was written by a newer softprompt (its 'format' is 'softprompt-model/2'",
      ],
      [{ format: "softprompt-prompt/1" }, "has the unknown format \"softprompt-prompt/1\" in 'format'"],
      [{}, "has no 'format', and this softprompt reads 'softprompt-model/1'"],
      [{ format: "softprompt-model/1" }, `${folder} is not a complete run: it lacks environment.json`],
    ];
    for (const [metadata, message] of refusals) {
      await write(metadata);
      await assertRejects(() => readWeights(folder), InputError, message);
    }
    await Deno.writeFile(path, weightsFile({ "head.bias": PROMPT }).subarray(0, -1));
    await assertRejects(() => readWeights(folder), InputError, `${path} is damaged (`);
  }));
