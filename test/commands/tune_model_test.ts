import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { MINI } from "../shared.ts";
import { exportedPositive } from "./exported.ts";
import { call, callInterrupted, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

const HARD = { kind: "hard", template: "{text} it was {mask} ." };
const WHOLE = {
  name: "whole",
  tune: "all",
  prompt: HARD,
  training: { optimizer: { learningRate: 0.0003 }, batchSize: 8, epochs: 2, logEvery: 2 },
};

Deno.test("a whole model is tuned from a file, and resumes where it was", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, WHOLE);
    const whole: string = join(folder, "whole");
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const { majority, test, best_step } = await json(whole, "metrics.json");
    assertEquals(majority, { class: "negative", accuracy: test.per_class.negative.support / test.examples });
    assert(best_step > 0);
    const losses = (await readLines(join(whole, "history.jsonl"))).map(({ loss }) => Number(loss));
    assert(losses.at(-1)! < losses[0]!, `${losses}`);

    // What the run predicted is predicted again, by the command and by the exported classifier.
    const [line] = await readLines(join(whole, "predictions.jsonl")) as [Record<string, unknown>];
    const asked = await call(["predict", whole, String(line.text)]);
    assertEquals(asked.code, 0, asked.stderr);
    const again = JSON.parse(asked.stdout).probabilities;
    const before = line.probabilities as typeof again;
    assertAlmostEquals(again.positive, before.positive, 1e-5);
    const out: string = join(folder, "classifier");
    const exported = await call(["export", whole, "--format", "onnx", "--out", out]);
    assertEquals(exported.code, 0, exported.stderr);
    assertAlmostEquals(await exportedPositive(out, String(line.text)), before.positive, 1e-5);

    const begun: string = join(folder, "cut/whole.partial/history.jsonl");
    const cut = await callInterrupted(["run", file, "--results", join(folder, "cut")], begun);
    assertEquals(cut.code, 130, cut.stderr);
    const rest = await call(["run", file, "--results", join(folder, "cut")]);
    assertEquals(rest.code, 0, rest.stderr);
    assertStringIncludes(rest.stderr, "resuming after step");
    const weights = (root: string) => Deno.readFile(join(root, "whole/model.safetensors"));
    assertEquals(await weights(join(folder, "cut")), await weights(folder), "the same bits");
  }));

Deno.test("a soft prompt trains a small share of the numbers, a hard prompt none, model tuning all", () =>
  inFolder(async (folder) => {
    const trained = async (changes: Record<string, unknown>) => {
      const file = await writeExperiment(folder, { model: { source: MINI }, ...changes });
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
      const { parameters } = await json(folder, String(changes.name), "metrics.json");
      assertEquals(parameters.of_model, 5348096);
      return parameters.trained;
    };
    const training = { batchSize: 8, steps: 1 };
    assertEquals(await trained({ name: "small", training }), 4 * 256);
    assertEquals(await trained({ name: "words", prompt: HARD, training: undefined }), 0);
    assertEquals(await trained({ ...WHOLE, training }), 5348096);
    assertStringIncludes(await Deno.readTextFile(join(folder, "small/report.html")), "1,024 of 5,348,096");
  }));
