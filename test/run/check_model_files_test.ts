import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { readEnsemblePrompts } from "../../src/run/read_ensemble_prompts.ts";
import { prepare } from "../../src/run/prepare.ts";
import { readSourcePrompt } from "../../src/run/read_source_prompt.ts";
import { checkFiles } from "../../src/run/check_model_files.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseWords } from "../experiment/parse_words.ts";
import type { Environment } from "../../src/results/environment.ts";
import { loadRun } from "../../src/mod.ts";
import { MINI } from "../shared.ts";
import { call, inFolder, writeExperiment } from "../commands/softprompt.ts";

const BESIDE = ["config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];

Deno.test("a file beside the graph's own that holds other weights is named, and so is one that is gone", () => {
  const files = { "model.onnx": "aa", "model.onnx_data": "bb" };
  const model = { folder: "models/x", files, facts: { multiplier: 1 } };
  const environment = (then: Record<string, string>) =>
    ({ model: { source: "x", file: "model.onnx", sha256: "aa", files: then } }) as unknown as Environment;
  const check = (then: Record<string, string>) =>
    checkFiles(model, environment(then), "results/x", "run it again");
  check(files);
  assertThrows(
    () => check({ ...files, "model.onnx_data": "cc" }),
    InputError,
    "models/x/model.onnx_data is not the one that results/x was tuned with (its sha256 is bb…, was cc…): run it again",
  );
  assertThrows(
    () => check({ ...files, "more.data": "cc" }),
    InputError,
    "there is no models/x/more.data, but results/x was tuned with one (its sha256 was cc…): run it again",
  );
  // Every object has something of this name that nobody gave it.
  assertThrows(
    () => check({ ...files, constructor: "cc" }),
    InputError,
    "there is no models/x/constructor, but results/x was tuned with one",
  );
});

Deno.test("a prompt that entered a model after its multiplier is refused by name, and one that names it is not", () => {
  const files = { "model.onnx": "aa" };
  const model = { folder: "models/granite", files, facts: { multiplier: 12 } };
  const environment = (given: object) =>
    ({ model: { source: "x", file: "model.onnx", sha256: "aa", files, ...given } }) as unknown as Environment;
  checkFiles(model, environment({ multiplier: 12 }), "results/x", "run it again");
  assertThrows(
    () => checkFiles(model, environment({}), "results/x", "run it again"),
    InputError,
    "results/x is of an earlier version, in which prompts entered models/granite after the number (12)",
  );
});

Deno.test("a run is used with the files that it was tuned with, and no others", () =>
  inFolder(async (folder) => {
    const model = join(folder, "model");
    const results = join(folder, "results");
    const run = join(results, "small");
    await Deno.mkdir(model);
    for (const name of BESIDE) await Deno.copyFile(join(MINI, name), join(model, name));
    await Deno.mkdir(join(model, "onnx"));
    await Deno.copyFile(join(MINI, "onnx/model.onnx"), join(model, "onnx/model.onnx"));
    const changes = { model: { source: model }, training: { batchSize: 8, epochs: 1 } };
    const file = await writeExperiment(folder, changes);
    const ran = await call(["run", file, "--results", results]);
    assertEquals(ran.code, 0, ran.stderr);
    const environment = JSON.parse(await Deno.readTextFile(join(run, "environment.json")));
    assertEquals(Object.keys(environment.model.files).sort(), [...BESIDE, "onnx/model.onnx"].sort());
    const experiment = parseWords(await Deno.readTextFile(file), file);
    const prepared = () =>
      prepare(
        { experiment, file },
        new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false }),
      );
    assertEquals((await prepared()).contentHash, environment.content_hash);
    for (const name of BESIDE) {
      const path = join(model, name);
      const before = await Deno.readFile(path);
      await Deno.writeTextFile(path, "\n", { append: true });
      const { contentHash, model: opened } = await prepared();
      assertEquals(contentHash === environment.content_hash, false, name);
      const message = `${path} is not the one that ${run} was tuned with`;
      await assertRejects(() => loadRun(run), InputError, message);
      await assertRejects(() => readEnsemblePrompts(experiment, [run], opened), InputError, message);
      const given = { ...experiment.prompt, initialization: { from: "run", path: run } } as const;
      await assertRejects(() => readSourcePrompt(given, file, opened), InputError, message);
      await Deno.writeFile(path, before);
    }
  }));
