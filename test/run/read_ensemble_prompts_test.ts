import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { stringify } from "yaml";
import { readEnsemblePrompts } from "../../src/run/read_ensemble_prompts.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { sha256 } from "../../src/base/sha256.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseWords } from "../experiment/parse_words.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { WHOLE_ENVIRONMENT, wholeMetrics } from "../results/whole_run.ts";
import { inFolder } from "../commands/softprompt.ts";

const asking = (template: string) =>
  parseWords(
    JSON.stringify({
      name: "member",
      model: { source: "m" },
      dataset: { name: "rt-polarity" },
      prompt: { kind: "soft", length: 2, template },
      verbalizer: { negative: ["bad"], positive: ["good"] },
    }),
    "member.yaml",
  );

Deno.test("prompts of an ensemble must have been tuned in its template", () =>
  inFolder(async (folder) => {
    const json = (name: string, content: unknown) =>
      Deno.writeTextFile(join(folder, name), JSON.stringify(content));
    const template = "{prompt} {text} it was {mask} .";
    const other = "{prompt} it was {mask} : {text}";
    await json("metrics.json", wholeMetrics(0));
    const prompt = promptFile(float32Tensor(Float32Array.of(1, 2), [2, 1]), "embedding-output");
    const environment = {
      ...WHOLE_ENVIRONMENT,
      files: {
        "experiment.yaml": experimentSha256(stringify(asking(template))),
        "prompt.safetensors": await sha256(prompt),
      },
    };
    await json("environment.json", environment);
    await Deno.writeTextFile(join(folder, "experiment.yaml"), stringify(asking(template)));
    await Deno.writeFile(join(folder, "prompt.safetensors"), prompt);
    const facts = { multiplier: 1 };
    const model = { folder: ".", files: { "m.onnx": "" }, facts };
    for (
      const [files, key] of [[undefined, "model.files"], [
        { "config.json": "" },
        "model.files.m.onnx",
      ]] as const
    ) {
      await json("environment.json", { ...environment, model: { ...environment.model, files } });
      const found = { folder: ".", files: { "config.json": "", "m.onnx": "" }, facts };
      await assertRejects(
        () => readEnsemblePrompts(asking(template), [folder], found),
        InputError,
        `${join(folder, "environment.json")} has no '${key}'`,
      );
    }
    const whole = { ...environment, model: { ...environment.model, files: model.files } };
    await json("environment.json", whole);
    assertEquals((await readEnsemblePrompts(asking(template), [folder], model)).prompts.dims, [1, 2, 1]);
    await assertRejects(
      () => readEnsemblePrompts(asking(other), [folder], model),
      InputError,
      `the prompt in ${folder} was tuned in the template "${template}", but the ensemble's is "${other}"`,
    );
  }));
