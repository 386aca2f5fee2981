import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { call, exists, inFolder, writeExperiment } from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

/** Runs of nine validations: rungs after 2, 6 and 18 steps. */
const TRAINING = { batchSize: 4, steps: 18, validateEvery: 2, logEvery: 2 };

const SPACE = {
  "prompt.length": [1, 4],
  "training.optimizer.learningRate": { from: 0.003, to: 3, scale: "log" },
};

const searchFile = (
  folder: string,
  search: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
) =>
  writeExperiment(folder, {
    training: TRAINING,
    search: { ...SPACE, budget: { runs: 2 }, seeds: 2, ...search },
    ...changes,
  });

/** The names of the folders of runs, of those that are complete and of those that were stopped. */
async function runsIn(folder: string): Promise<{ complete: string[]; stopped: string[] }> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
  return {
    complete: names.filter((name) => !name.endsWith(".partial")),
    stopped: names.filter((name) => name.endsWith(".partial")),
  };
}

Deno.test("a search by halving ends with the best configuration, as if that had been run alone, and with fresh seeds of it", () =>
  inFolder(async (folder) => {
    const file = await searchFile(folder);
    const results: string = join(folder, "results");
    const found = await call(["batch", file, "--results", results, "--fuse", "off"]);
    assertEquals(found.code, 0, found.stderr);
    const record = await json(results, "small/search.json");
    const best = record.trials[record.best];
    const steps = record.trials.map(({ rungs }: { rungs: { step: number }[] }) => rungs.at(-1)!.step);
    assertEquals(best.rungs.map(({ step }: { step: number }) => step), [2, 6, 18]);
    assert(steps.reduce((sum: number, one: number) => sum + one, 0) <= 2 * 18, `${steps}`);
    assert(steps.length >= 6, `${steps}`);
    const { complete, stopped } = await runsIn(join(results, "small"));
    assertEquals(complete, [best.variant, `${best.variant},seed=1`, `${best.variant},seed=2`]);
    assertEquals(stopped.length, steps.length - 1);
    for (const name of stopped) {
      assert(
        !await exists(results, "small", name, "predictions.jsonl"),
        "nothing else has seen the test set",
      );
      assert(!await exists(results, "small", name, "checkpoint.safetensors"), "what lost goes on no further");
    }
    const { settings } = best;
    const alone = await call([
      "run",
      await writeExperiment(folder, { training: TRAINING }),
      ...Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
      "--results",
      join(folder, "alone"),
    ]);
    assertEquals(alone.code, 0, alone.stderr);
    for (const name of ["prompt.safetensors", "predictions.jsonl", "history.jsonl", "neighbours.json"]) {
      assertEquals(
        await Deno.readFile(join(results, "small", best.variant, name)),
        await Deno.readFile(join(folder, "alone/small", best.variant, name)),
        name,
      );
    }
    const { warnings } = await json(results, "small", `${best.variant},seed=1`, "metrics.json");
    assert(Array.isArray(warnings), "a run says whether it learned");
    const environment = await json(results, "small", `${best.variant},seed=1`, "environment.json");
    assert(environment.peak_memory_bytes > 1e7 && environment.tokens_per_second > 0);
    const sizes = await Promise.all(
      Object.keys(environment.files).map(async (name) =>
        (await Deno.stat(join(results, "small", `${best.variant},seed=1`, name))).size
      ),
    );
    assertEquals(environment.files_bytes, sizes.reduce((sum, one) => sum + one, 0));
    const summary = await json(results, "small/summary.json");
    assertEquals(summary.search.fresh, record.fresh);
    assertEquals(summary.groups.map(({ seeds }: { seeds: number[] }) => seeds), [[1, 2]]);
    assertEquals(record.fresh.validation.mean, summary.groups[0].validation.accuracy.mean);
    assertStringIncludes(found.stdout, `${steps.length} configurations tried, 1 of them to the end`);
    const again = await call([
      "batch",
      await searchFile(folder),
      "--results",
      results,
      "--fuse",
      "off",
    ]);
    assertEquals([again.code, again.stderr.match(/skipped, nothing has changed/g)?.length], [0, 3]);
    assert(!again.stderr.includes("up to step"), "nothing is tuned again");
    assertEquals(await json(results, "small/search.json"), record);
  }));

Deno.test("a search that is killed at any moment goes on: the same draws, the same record, the same bytes", () =>
  inFolder(async (folder) => {
    const file = await searchFile(folder, { seeds: 1 });
    const args = (results: string) => ["batch", file, "--fuse", "off", "--results", join(folder, results)];
    const killedAfter = (changes: number, results: string) =>
      stoppingAfter(changes, "killed", () => call(args(results)));
    const whole = await killedAfter(Infinity, "whole");
    assertEquals(whole.result?.code, 0, whole.result?.stderr);
    const stream = new RandomStream(0, "kills of a search");
    for (let kill = 0; kill < 3; kill++) {
      await killedAfter(1 + stream.integer(Math.floor(whole.changes / 2)), "killed");
    }
    const last = await call(args("killed"));
    assertEquals(last.code, 0, last.stderr);
    const [expected, ended] = [
      await json(folder, "whole/small/search.json"),
      await json(folder, "killed/small/search.json"),
    ];
    const withoutTimes = ({ sha256: _, ...record }: { sha256: string; trials: { rungs: object[] }[] }) => ({
      ...record,
      trials: record.trials.map((trial) => ({
        ...trial,
        rungs: trial.rungs.map((rung) => ({ ...rung, seconds: 0 })),
      })),
    });
    assertEquals(withoutTimes(ended), withoutTimes(expected));
    const { complete, stopped } = await runsIn(join(folder, "whole/small"));
    assertEquals(await runsIn(join(folder, "killed/small")), { complete, stopped });
    for (const name of complete) {
      for (const one of ["prompt.safetensors", "predictions.jsonl", "history.jsonl"]) {
        const read = (results: string) => Deno.readFile(join(folder, results, "small", name, one));
        assertEquals(await read("killed"), await read("whole"), `${name}/${one}`);
      }
    }
  }));

Deno.test("a random search compares whole runs; with --set the rest of its file is changed", () =>
  inFolder(async (folder) => {
    const file = await searchFile(folder, { method: "random", budget: { steps: 40 }, seeds: 1 });
    const results: string = join(folder, "results");
    const found = await call([
      "batch",
      file,
      "--results",
      results,
      "--set",
      "training.batchSize=8",
      "--json",
    ]);
    assertEquals(found.code, 0, found.stderr);
    const { runs, searches: [search] } = JSON.parse(found.stdout);
    assertEquals(
      search.trials.map(({ rungs }: { rungs: { step: number }[] }) => rungs.map(({ step }) => step)),
      [
        [18],
        [18],
      ],
    );
    assertEquals(runs.map(({ status }: { status: string }) => status), ["complete", "complete"]);
    assert(search.trials.every(({ variant }: { variant: string }) => variant.startsWith("batchSize=8,")));
    const again = await call([
      "batch",
      file,
      "--results",
      results,
      "--set",
      "training.batchSize=8",
      "--summarize",
    ]);
    assertEquals([again.code, again.stdout.split("\n")[0]], [0, "1 of 1 runs are complete"]);
  }));

Deno.test("what a search cannot do is refused before the first run, with its place", () =>
  inFolder(async (folder) => {
    const results: string = join(folder, "results");
    const refused = async (search: Record<string, unknown>, changes: Record<string, unknown> = {}) => {
      const file = await searchFile(folder, search, changes);
      const { code, stderr } = await call(["batch", file, "--results", results]);
      assertEquals(code, 2, stderr);
      assert(/experiment\.yaml:\d+:\d+: /.test(stderr), stderr);
      return stderr;
    };
    assertStringIncludes(
      await refused({ budget: { steps: 17 } }),
      "the budget is less than one run, which has 18 steps",
    );
    assertStringIncludes(
      await refused({}, { training: { batchSize: 4, epochs: 1 } }),
      "'halving' compares runs at several of their validations",
    );
    assertStringIncludes(
      await refused({ "prompt.length": [1, 0] }),
      "'prompt.length' must be at least 1, got 0",
    );
    const plan = await call(["batch", await searchFile(folder), "--results", results, "--dry-run", "--json"]);
    assertEquals(plan.code, 0, plan.stderr);
    const [{ stages }] = JSON.parse(plan.stdout).searches;
    assertEquals(stages.map(({ rung, to_step }: Record<string, number>) => [rung, to_step]), [
      [1, 2],
      [2, 6],
      [3, 18],
      [null, 18],
    ]);
    const counts = stages.map(({ runs }: { runs: number }) => runs);
    assertEquals(counts.slice(1), [Math.floor(counts[0] / 3), Math.max(1, Math.floor(counts[0] / 9)), 2]);
    assert(!await exists(results, "small"), "nothing was run");
    const run = await call(["run", await searchFile(folder), "--results", results]);
    assertEquals(run.code, 2, run.stderr);
    assertStringIncludes(run.stderr, "batch");
    const shard = await call(["batch", await searchFile(folder), "--results", results, "--shard", "1/2"]);
    assertEquals(shard.code, 2, shard.stderr);
  }));
