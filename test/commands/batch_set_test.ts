import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { HistoryLine } from "../../src/training/training_files.ts";
import { call, exists, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const QUICK = { batchSize: 8, steps: 2 };
const sweepFile = (folder: string, changes: Record<string, unknown> = {}) =>
  writeExperiment(folder, { training: QUICK, sweep: { seed: [0, 1] }, ...changes });
const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

Deno.test("batch --set sets a key of all runs, whose folders are named after it, as those of run are", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = await sweepFile(folder);
    const set = ["--set", "prompt.length=2", "--results", results];
    const { code, stderr } = await call(["batch", file, ...set]);
    assertEquals(code, 0, stderr);
    const summary = await json(results, "small/summary.json");
    assertEquals(
      summary.rows.map((
        { variant, settings }: { variant: string; settings: unknown },
      ) => [variant, settings]),
      [0, 1].map((seed) => [`length=2,seed=${seed}`, { "prompt.length": 2, seed }]),
    );
    const swept = await json(results, "small/length=2,seed=1/neighbours.json");
    assertEquals(swept.vectors?.length ?? swept.length, 2);
    const alone = await writeExperiment(folder, { training: QUICK, seed: 1 });
    assertEquals((await call(["batch", alone, ...set])).code, 0);
    const ran = await call(["run", alone, ...set]);
    assertStringIncludes(ran.stderr, "small/length=2: nothing has changed");
    const bits = (name: string) => Deno.readFile(join(results, "small", name, "prompt.safetensors"));
    assertEquals(await bits("length=2"), await bits("length=2,seed=1"));
  }));

Deno.test("batch --set refuses what the file's own runs set, and what multiplies them", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    for (
      const [set, message] of [
        [
          "seed=3",
          `--set seed: the sweep or the variants of ${file} set this key: choose among their runs by --only`,
        ],
        ["sweep.seed=[3, 4]", "--set sweep.seed asks for several runs: write 'sweep' into the file"],
        ["prompt.lenght=2", "unknown key 'lenght'"],
      ] as const
    ) {
      const { code, stderr } = await call(["batch", file, "--set", set, "--results", folder]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, message);
    }
  }));

Deno.test("batch --summarize writes the summary of what is there, and runs nothing", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = await sweepFile(folder);
    assertEquals((await call(["batch", file, "--only", "seed=0", "--results", results])).code, 0);
    await Deno.remove(join(results, "small/summary.json"));
    const { code, stdout, stderr } = await call(["batch", file, "--summarize", "--results", results]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "1 of 2 runs are complete");
    const { rows } = await json(results, "small/summary.json");
    assertEquals(rows.map(({ status }: { status: string }) => status), ["complete", "missing"]);
    assert(!await exists(results, "small/seed=1") && !await exists(results, "small/seed=1.partial"));
    const alone = await writeExperiment(folder, { training: QUICK });
    const none = await call(["batch", alone, "--summarize", "--results", results]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "one run has no summary");
  }));

Deno.test("the best is chosen by macro F1 where that is asked for, and validations come when they are", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 8, epochs: 3, logEvery: 2, best: "macroF1", validateEvery: 3 };
    const file = await writeExperiment(folder, { training });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const history = (await readLines(join(folder, "small/history.jsonl"))) as unknown as HistoryLine[];
    const validated = history.flatMap(({ step, validation }) =>
      validation === undefined ? [] : [{ step, macro_f1: validation.macro_f1!, loss: validation.loss }]
    );
    assertEquals(validated.map(({ step }) => step), [3, 6, 9, 12]);
    const { best_step } = await json(folder, "small/metrics.json");
    const [best] = validated.toSorted((a, b) => b.macro_f1 - a.macro_f1 || a.loss - b.loss);
    assertEquals(best_step, best!.step);
    const two = await writeExperiment(folder, {
      training: { ...training, earlyStopping: { metric: "loss" } },
    });
    assertStringIncludes(
      (await call(["validate", two])).stderr,
      "'best: macroF1' and 'earlyStopping.metric: loss' choose by different metrics: leave one of them out",
    );
  }));

Deno.test("validate checks files with keys set to other values, as they would be run", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: QUICK });
    const steps = async (...flags: string[]) => {
      const { code, stdout, stderr } = await call([
        "validate",
        file,
        "--results",
        folder,
        "--json",
        ...flags,
      ]);
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout).runs.map((run: { steps: number }) => run.steps);
    };
    const [usual] = await steps();
    assertEquals(await steps("--set", "training.steps=6"), [3 * usual]);
    const wrong = await call(["validate", file, "--set", "model.source=nowhere", "--set", "prompt.length=3"]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "there is no ");
  }));
