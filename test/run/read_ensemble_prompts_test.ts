import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { stringify } from "yaml";
import { readEnsemblePrompts } from "../../src/run/read_ensemble_prompts.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { WHOLE_ENVIRONMENT, wholeMetrics } from "../results/whole_run.ts";
import { inFolder } from "../commands/softprompt.ts";

const asking = (template: string) =>
  parseExperiment(
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
    await json("environment.json", WHOLE_ENVIRONMENT);
    await Deno.writeTextFile(join(folder, "experiment.yaml"), stringify(asking(template)));
    const prompt = float32Tensor(Float32Array.of(1, 2), [2, 1]);
    await Deno.writeFile(join(folder, "prompt.safetensors"), promptFile(prompt, "embedding-output"));
    const model = { folder: ".", files: { "m.onnx": "" } };
    assertEquals((await readEnsemblePrompts(asking(template), [folder], model)).prompts.dims, [1, 2, 1]);
    await assertRejects(
      () => readEnsemblePrompts(asking(other), [folder], model),
      InputError,
      `the prompt in ${folder} was tuned in the template "${template}", but the ensemble's is "${other}"`,
    );
  }));
