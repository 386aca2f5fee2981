import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parse as parseCsv } from "@std/csv/parse";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { loadRun } from "../../src/mod.ts";
import { call, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));
const SEEDS = [0, 1, 2];

/** What predictions say of an example's classes. */
type Line = Readonly<{ label: string; predicted: string; probabilities: Record<string, number> }>;

const predictions = async (folder: string) =>
  await readLines(join(folder, "predictions.jsonl")) as unknown as Line[];

Deno.test("an ensemble over seeds: best single, average and ensemble, from each prompt's own predictions", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      training: { batchSize: 8, steps: 6 },
      ensemble: { sweep: "seed" },
      sweep: { seed: SEEDS },
    });
    const results: string = join(folder, "results");
    const small: string = join(results, "small");
    const { code, stderr, stdout } = await call(["batch", file, "--results", results]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "small/seed=ensemble");
    const ensemble = await json(small, "seed=ensemble/ensemble.json");
    const alone = await Promise.all(SEEDS.map((seed) => predictions(join(small, `seed=${seed}`))));
    const accuracies = await Promise.all(
      SEEDS.map(async (seed) => (await json(small, `seed=${seed}/metrics.json`)).test.accuracy.value),
    );
    assertEquals(
      ensemble.members.map(({ run, accuracy }: Record<string, unknown>) => ({ run, accuracy })),
      SEEDS.map((seed, i) => ({ run: `../seed=${seed}`, accuracy: accuracies[i] })),
    );
    assertEquals(ensemble.best, Math.max(...accuracies));
    assertAlmostEquals(ensemble.average, accuracies.reduce((a, b) => a + b) / 3);
    const voted = await predictions(join(small, "seed=ensemble"));
    for (const [i, { predicted, probabilities }] of voted.entries()) {
      const votes = alone.filter((lines) => lines[i]!.predicted === "positive").length;
      assertEquals(predicted, votes >= 2 ? "positive" : "negative");
      const mean = alone.reduce((sum, lines) => sum + lines[i]!.probabilities.positive!, 0) / 3;
      assertAlmostEquals(probabilities.positive!, (votes + mean) / 4, 1e-5);
    }
    const { rows, groups, ensembles } = await json(small, "summary.json");
    assertEquals([rows.length, groups[0].seeds, ensembles[0].ensemble], [3, SEEDS, ensemble]);
    const csv = parseCsv(await Deno.readTextFile(join(small, "summary.csv")), { skipFirstRow: true });
    assertEquals(csv.map((row: Record<string, unknown>) => row.seed), ["0", "1", "2", "ensemble"]);
    assertStringIncludes(await Deno.readTextFile(join(small, "summary.html")), "best member");
    const again = await call(["batch", file, "--results", results]);
    assertEquals(again.stderr.match(/skipped, nothing has changed/g)?.length, 4, again.stderr);

    const part = await call(["batch", file, "--results", join(folder, "part"), "--shard", "2/2"]);
    assertEquals(part.code, 0, part.stderr);
    assertStringIncludes(part.stderr, "small/seed=ensemble is skipped: its prompts must be");

    for (const left of ["seed=ensemble", "summary.json"]) {
      await Deno.remove(join(small, left), { recursive: true });
    }
    const last = await call(["batch", file, "--results", results, "--shard", "last"]);
    assertEquals([last.code, last.stderr.match(/^\[\d\/\d\]/gm)], [0, ["[1/1]"]], last.stderr);
    assertEquals(await json(small, "seed=ensemble/ensemble.json"), ensemble);
    assertEquals((await json(small, "summary.json")).ensembles[0].ensemble, ensemble);
    const early = await call(["batch", file, "--results", join(folder, "part"), "--shard", "last"]);
    assertStringIncludes(early.stderr, "small/seed=ensemble is skipped: its prompts must be");

    const asked = await call(["predict", join(small, "seed=ensemble"), voted.length > 0 ? "a joy" : ""]);
    assertEquals(asked.code, 0, asked.stderr);
    assert(["negative", "positive"].includes(JSON.parse(asked.stdout).predicted), asked.stdout);
    const exported = await call([
      "export",
      join(small, "seed=ensemble"),
      "--format",
      "onnx",
      "--out",
      join(folder, "x"),
    ]);
    assertEquals(exported.code, 2);
    assertStringIncludes(exported.stderr, "is an ensemble, without a prompt of its own");

    const [first, second] = [0, 1].map((seed) => join(small, `seed=${seed}/prompt.safetensors`)) as [
      string,
      string,
    ];
    const before = await Deno.readFile(first);
    await Deno.copyFile(second, first);
    await assertRejects(
      () => loadRun(join(small, "seed=ensemble")),
      InputError,
      `${join(small, "seed=0/prompt.safetensors")} was changed since the run`,
    );
    await Deno.writeFile(first, before);
    const scored = join(small, "seed=ensemble/ensemble.json");
    const { prompt_sha256: _, ...bare } = ensemble.members[1];
    const members = ensemble.members.with(1, bare);
    const whole = await Deno.readTextFile(scored);
    await Deno.writeTextFile(scored, JSON.stringify({ ...ensemble, members }));
    await assertRejects(
      () => loadRun(join(small, "seed=ensemble")),
      InputError,
      `${scored} was changed since the run`,
    );
    // Earlier programs wrote no hash of it.
    const about = join(small, "seed=ensemble/environment.json");
    const { sha256: _own, files, ...earlier } = await json(about);
    const few = { "experiment.yaml": files["experiment.yaml"] };
    await Deno.writeTextFile(about, JSON.stringify({ ...earlier, files: few }));
    await assertRejects(
      () => loadRun(join(small, "seed=ensemble")),
      InputError,
      `${scored} has no 'members.1.prompt_sha256'`,
    );
    await Deno.writeTextFile(scored, whole);

    const byRuns = {
      name: "named",
      training: undefined,
      ensemble: { runs: SEEDS.map((seed) => join(small, `seed=${seed}`)), vote: "mean" },
    };
    const named = await call(["run", await writeExperiment(folder, byRuns), "--results", results]);
    assertEquals(named.code, 0, named.stderr);
    for (const [i, { probabilities }] of (await predictions(join(results, "named"))).entries()) {
      const mean = alone.reduce((sum, lines) => sum + lines[i]!.probabilities.positive!, 0) / 3;
      assertAlmostEquals(probabilities.positive!, mean, 1e-5);
    }
    const longer = {
      ...byRuns,
      prompt: { kind: "soft", length: 5, template: "{prompt} {text} it was {mask} ." },
    };
    const unfit = await call(["run", await writeExperiment(folder, longer), "--results", results]);
    assertEquals(unfit.code, 2);
    assertStringIncludes(unfit.stderr, "has 4 vectors, but 'prompt.length' of the ensemble is 5");
  }));

Deno.test("an ensemble whose members failed is reported, and files that ask for one in a wrong way are refused", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      verbalizer: { negative: ["bad"], positive: ["abysmally"] },
      ensemble: { sweep: "seed" },
      sweep: { seed: [0, 1] },
    });
    const failed = await call(["batch", file, "--results", folder]);
    assertEquals(failed.code, 2, failed.stderr);
    assertStringIncludes(failed.stderr, "3 of 3 runs failed");
    const wrong = async (changes: Record<string, unknown>, message: string) => {
      const { code, stderr } = await call(["validate", await writeExperiment(folder, changes)]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
    };
    await wrong({ ensemble: { vote: "mean" } }, "'ensemble' takes 'runs' (folders of runs) or 'sweep: seed'");
    await wrong({ ensemble: { sweep: "seed" } }, "needs a 'sweep' over 'seed'");
    await wrong({ ensemble: { runs: ["a", "b"] } }, "the prompts of 'ensemble.runs' are tuned already");
    await wrong(
      { ensemble: { runs: ["a", "b"] }, training: undefined },
      "there is no complete run in",
    );
    await wrong(
      { tune: "all", ensemble: undefined },
      "'tune: all' tunes the model with a hard prompt: set 'prompt.kind: hard'",
    );
    await wrong({ tune: "none" }, "nothing is trained here: remove 'training', or set 'tune: prompt'");
  }));

Deno.test("an untuned prompt classifies as it starts: another run's, on other data", () =>
  inFolder(async (folder) => {
    const tuned = await call(["run", await writeExperiment(folder), "--results", folder]);
    assertEquals(tuned.code, 0, tuned.stderr);
    const file = await writeExperiment(folder, {
      name: "again",
      tune: "none",
      training: undefined,
      prompt: {
        kind: "soft",
        length: 4,
        template: "{prompt} {text} it was {mask} .",
        initialization: { from: "run", path: join(folder, "small") },
      },
    });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const [before, after] = await Promise.all(
      ["small", "again"].map((name) => predictions(join(folder, name))),
    ) as [Line[], Line[]];
    assertEquals(after, before);
    assertEquals(
      await Deno.readFile(join(folder, "again/prompt.safetensors")),
      await Deno.readFile(join(folder, "small/prompt.safetensors")),
    );
  }));
