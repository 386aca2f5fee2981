import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join, relative } from "@std/path";
import { stringify } from "yaml";
import { loadRun } from "../../src/inference/load_run.ts";
import { readSourcePrompt } from "../../src/run/read_source_prompt.ts";
import { readEnsemblePrompts } from "../../src/run/read_ensemble_prompts.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { writeSafetensors } from "../../src/device/safetensors.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseWords } from "../experiment/parse_words.ts";
import type { WordExperiment } from "../../src/experiment/types.ts";
import { WHOLE_ENVIRONMENT, wholeMetrics } from "../results/whole_run.ts";
import { MINI } from "../shared.ts";
import { call, inFolder } from "./softprompt.ts";

const EXPERIMENT = parseWords(
  JSON.stringify({
    name: "earlier",
    model: { source: MINI },
    dataset: { name: "reviews-demo" },
    prompt: { kind: "soft", length: 2, template: "{prompt} {text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
  }),
  "earlier.yaml",
);

/** A complete run as it was written before runs named their semantics. */
async function writeEarlier(folder: string): Promise<WordExperiment> {
  const { semantics: _, ...written } = EXPERIMENT;
  const json = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await Deno.writeTextFile(join(folder, "experiment.yaml"), stringify(written));
  await json("metrics.json", wholeMetrics(0));
  await json("environment.json", {
    ...WHOLE_ENVIRONMENT,
    format: "softprompt-run/1",
    model: { source: MINI, folder: relative(folder, MINI), file: "onnx/model.onnx", sha256: "" },
    content_hash: "",
  });
  const prompt = float32Tensor(new Float32Array(2 * 256), [2, 256]);
  const metadata = {
    format: "softprompt-prompt/1",
    insertion: "embedding-output",
    length: "2",
    dimension: "256",
  };
  await Deno.writeFile(
    join(folder, "prompt.safetensors"),
    writeSafetensors({ tensors: { prompt }, metadata }),
  );
  return EXPERIMENT;
}

const NEW = { folder: MINI, files: {}, facts: { scale: 1, multiplier: 1 } };

const MESSAGE = "has semantics 1, and this softprompt has semantics 2";

Deno.test("a run of earlier semantics is refused wherever it is named", () =>
  inFolder(async (folder) => {
    const experiment = await writeEarlier(folder);
    const out: string = join(folder, "out");
    await assertRejects(() => loadRun(folder, { model: MINI }), InputError, MESSAGE);
    for (
      const args of [
        ["export", folder, "--format", "onnx", "--out", out],
        ["export", folder, "--format", "peft", "--out", out],
        ["serve", folder, "--results", folder, "--port", "0"],
      ]
    ) {
      const { code, stderr } = await call([...args, "--model", MINI]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, MESSAGE);
    }
    const started = { ...experiment.prompt, initialization: { from: "run" as const, path: "." } };
    await assertRejects(() => readSourcePrompt(started, join(folder, "x.yaml"), NEW), InputError, MESSAGE);
    await assertRejects(() => readEnsemblePrompts(experiment, [folder], NEW), InputError, MESSAGE);
  }));
