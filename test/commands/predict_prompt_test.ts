import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { float32Tensor } from "../../src/device/device.ts";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { promptFile, type TunedFor } from "../../src/prompt/prompt_file.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

const TEXT = "a joy from start to end .";

/** The answer to the text, as `predict` prints it. */
async function answerOf(args: readonly string[]): Promise<{ probabilities: Record<string, number> }> {
  const { code, stdout, stderr } = await call(["predict", ...args]);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("a prompt of the page of serve takes the place of a run's prompt and classes; one for another model or template is refused", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 4 } });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const run = join(folder, "small");
    const { tensors: { prompt } } = readSafetensors(await Deno.readFile(join(run, "prompt.safetensors")));
    const { model } = JSON.parse(await Deno.readTextFile(join(run, "environment.json")));
    const tunedFor: TunedFor = {
      model: createHash("sha256").update(JSON.stringify(model.files)).digest("hex"),
      template: "{prompt} {text} it was {mask} .",
      clean: "none",
      verbalizer: { negative: ["bad"], positive: ["good"] },
      multiTokenWords: "error",
    };
    const path = join(folder, "downloaded.safetensors");
    const args = [run, "--prompt", path, "--results", folder, TEXT];
    const write = (changes: Partial<TunedFor> = {}) =>
      Deno.writeFile(path, promptFile(prompt!, "embedding-output", { ...tunedFor, ...changes }));

    await write();
    const own = await answerOf([run, "--results", folder, TEXT]);
    assertEquals(await answerOf(args), own);
    await write({ verbalizer: { yes: ["good"], no: ["bad"] } });
    const renamed = (await answerOf(args)).probabilities;
    assertEquals(Object.keys(renamed), ["yes", "no"]);
    assert(Math.abs(renamed.yes! - own.probabilities.positive!) < 1e-6);

    const refused = async (message: string) => {
      const { code, stderr } = await call(["predict", ...args]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
    };
    await write({ template: "{prompt} {text} is {mask} ." });
    await refused("was tuned for another template ({prompt} {text} is {mask} .) than that of");
    await write({ model: "0123456789abcdef" });
    await refused("was tuned for another model (sha256 0123456789ab…) than that of");
    await write({ clean: "textcnn" });
    await refused("was tuned for another cleaning (textcnn)");
    const narrow = float32Tensor(new Float32Array(6), [2, 3]);
    await Deno.writeFile(path, promptFile(narrow, "embedding-output", tunedFor));
    await refused("is damaged: its vectors have 3 numbers");
    await Deno.writeFile(path, promptFile(prompt!, "word-embeddings", tunedFor));
    await refused("was tuned for another insertion (word-embeddings)");
    await write({ verbalizer: { one: ["good"] } });
    await refused("is damaged: it does not name its classes and their words");
    await Deno.copyFile(join(run, "prompt.safetensors"), path);
    await refused("does not say which model and template its prompt was tuned for");
    await Deno.writeTextFile(path, "no tensors");
    await refused("cannot be read (not a safetensors file");
    await Deno.remove(path);
    await refused(`there is no file ${path}: name a prompt.safetensors that was downloaded`);
  }));
