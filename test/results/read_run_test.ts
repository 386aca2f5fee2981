import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readEnsemble, readFinished, readRun, readSummary } from "../../src/results/read_run.ts";
import { inFolder } from "../commands/softprompt.ts";
import { WHOLE_ENVIRONMENT, WHOLE_EXPERIMENT, wholeMetrics, wholePart } from "./whole_run.ts";

/** Writes files of a run's folder. */
async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
}

const METRICS = JSON.stringify(wholeMetrics(2));
const ENVIRONMENT = JSON.stringify(WHOLE_ENVIRONMENT);
const EXPERIMENT = JSON.stringify(WHOLE_EXPERIMENT);
const PREDICTION =
  '{"id":"a","text_sha256":"0","text":"x","label":"negative","predicted":"negative","probabilities":{"negative":1,"positive":0},"illegal":false}\n';

Deno.test("a folder without a run has none, and an unfinished run is not a complete one", () =>
  inFolder(async (folder) => {
    assertEquals(await readFinished(folder), undefined);
    assertEquals(await readFinished(join(folder, "nowhere")), undefined);
    await write(folder, { "metrics.json": JSON.stringify({ status: "failed", error: "x" }) });
    assertEquals(await readFinished(folder), undefined);
    await assertRejects(() => readRun(folder), InputError, "there is no complete run in");
  }));

Deno.test("a folder of runs that is none itself is refused with one of them named", () =>
  inFolder(async (folder) => {
    for (const name of ["length=10", "length=5"]) {
      await Deno.mkdir(join(folder, name));
      await write(join(folder, name), { "metrics.json": METRICS });
    }
    const way = `${folder} holds 2 runs and is none itself: name one of them, for example ${
      join(folder, "length=5")
    }`;
    await assertRejects(() => readRun(folder), InputError, way);
  }));

for (
  const [what, text] of [["cut off", METRICS.slice(0, 20)], ["empty", ""], ["of another kind", "{}"]] as const
) {
  Deno.test(`a metrics.json that is ${what} is an error that names it and the way out`, () =>
    inFolder(async (folder) => {
      await write(folder, { "metrics.json": text });
      const { message } = await assertRejects(
        () => readFinished(folder),
        InputError,
        "metrics.json is damaged",
      );
      assertEquals(/: run its experiment again, or move its folder away$/.test(message), true);
    }));
}

Deno.test("a folder of a newer format version is refused, and one of none", () =>
  inFolder(async (folder) => {
    await write(folder, { "metrics.json": METRICS, "environment.json": ENVIRONMENT });
    assertEquals((await readFinished(folder))?.contentHash, "h");
    await write(folder, { "environment.json": '{"format":"softprompt-run/2"}' });
    await assertRejects(() => readFinished(folder), InputError, "was written by a newer softprompt");
    await write(folder, { "environment.json": '{"format":"something/1"}' });
    await assertRejects(
      () => readFinished(folder),
      InputError,
      "environment.json has the unknown format \"something/1\" in 'format'",
    );
    const { format: _, ...nameless } = WHOLE_ENVIRONMENT;
    await write(folder, { "environment.json": JSON.stringify(nameless) });
    await assertRejects(
      () => readFinished(folder),
      InputError,
      "environment.json has no 'format', and this softprompt reads",
    );
  }));

Deno.test("a summary of a newer format version is called newer, whatever its shape", () =>
  inFolder(async (folder) => {
    await write(folder, { "summary.json": '{"format":"softprompt-summary/2","tables":[]}' });
    await assertRejects(() => readSummary(folder), InputError, "was written by a newer softprompt");
  }));

Deno.test("predictions that are cut off are an error that names the line", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "metrics.json": METRICS,
      "environment.json": ENVIRONMENT,
      "experiment.yaml": EXPERIMENT,
      "predictions.jsonl": `${PREDICTION}{"id":`,
    });
    await assertRejects(
      () => readRun(folder),
      InputError,
      "predictions.jsonl is damaged (line 2 is not JSON)",
    );
  }));

Deno.test("predictions that are fewer than metrics.json says are refused", () =>
  inFolder(async (folder) => {
    const files = { "metrics.json": METRICS, "environment.json": ENVIRONMENT, "experiment.yaml": EXPERIMENT };
    await write(folder, { ...files, "predictions.jsonl": PREDICTION.repeat(2) });
    assertEquals((await readRun(folder)).predictions.length, 2);
    await write(folder, { "predictions.jsonl": PREDICTION });
    await assertRejects(
      () => readRun(folder),
      InputError,
      "predictions.jsonl is damaged (it has 1 predictions, and metrics.json says 2 test examples)",
    );
  }));

Deno.test("a file of a run that has other content than it must have is an error that names it and what it lacks", () =>
  inFolder(async (folder) => {
    await write(folder, { "metrics.json": METRICS, "environment.json": ENVIRONMENT });
    const refused = async (name: string, content: unknown, why: string, read: () => Promise<unknown>) => {
      const file = join(folder, name);
      const before = await Deno.readTextFile(file).catch(() => "");
      await Deno.writeTextFile(file, JSON.stringify(content));
      await assertRejects(read, InputError, `${file} is damaged (${why}`);
      await Deno.writeTextFile(file, before);
    };
    const finished = () => readFinished(folder);
    const { loss: _, ...lacking } = wholePart(2);
    const bad = { ...wholePart(2), accuracy: { value: null, interval: [0, 1] } };
    for (const content of [[], null, 7]) {
      for (const name of ["metrics.json", "environment.json"]) {
        await refused(name, content, "it must be object", finished);
      }
      await refused("ensemble.json", content, "it must be object", () => readEnsemble(folder));
      await refused("summary.json", content, "it is not a summary", () => readSummary(folder));
    }
    await refused("metrics.json", {}, "it must have required property", finished);
    await refused("metrics.json", { status: "complete" }, "it must have required property 'test'", finished);
    await refused(
      "metrics.json",
      { ...wholeMetrics(2), test: lacking },
      "'test' must have required",
      finished,
    );
    await refused(
      "metrics.json",
      { ...wholeMetrics(2), test: bad },
      "'test.accuracy.value' must be",
      finished,
    );
    await refused(
      "environment.json",
      { format: "softprompt-run/1", content_hash: "h" },
      "it must have required property 'model'",
      finished,
    );
    const model = { ...WHOLE_ENVIRONMENT.model, sha256: 1 };
    await refused(
      "environment.json",
      { ...WHOLE_ENVIRONMENT, model },
      "'model.sha256' must be string",
      finished,
    );
    assertEquals((await readFinished(folder))?.contentHash, "h");
  }));

Deno.test("a prediction that names no class of its run is an error that names the line and the value", () =>
  inFolder(async (folder) => {
    const files = { "metrics.json": METRICS, "environment.json": ENVIRONMENT, "experiment.yaml": EXPERIMENT };
    const one = JSON.parse(PREDICTION);
    for (
      const [change, why] of [
        [
          { predicted: "neutral" },
          `'predicted' is "neutral", which is not a class of the run (negative, positive)`,
        ],
        [{ label: "neutral" }, `'label' is "neutral", which is not a class`],
        [{ probabilities: { negative: 1 } }, "'probabilities' has negative, and the classes are"],
        [{ probabilities: { negative: 2, positive: -1 } }, "is not a prediction with probabilities"],
      ] as const
    ) {
      const bad = JSON.stringify({ ...one, ...change });
      await write(folder, { ...files, "predictions.jsonl": `${PREDICTION}${bad}\n` });
      const { message } = await assertRejects(
        () => readRun(folder),
        InputError,
        "predictions.jsonl is damaged (line 2",
      );
      assertStringIncludes(message, why);
    }
  }));

Deno.test("metrics out of their range, or of other classes than the experiment's, are an error that names the file", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "environment.json": ENVIRONMENT,
      "experiment.yaml": EXPERIMENT,
      "predictions.jsonl": PREDICTION.repeat(2),
    });
    const part = wholePart(2);
    const { confusion } = part;
    for (
      const [change, why] of [
        [{ accuracy: { value: -1.5, interval: [0, 1] } }, "'test.accuracy.value' must be >= 0"],
        [{ illegal_rate: 1.5 }, "'test.illegal_rate' must be <= 1"],
        [{ examples: -2 }, "'test.examples' must be >= 0"],
        [
          { confusion: { ...confusion, counts: [[-1, 0], [0, 3]] } },
          "'test.confusion.counts.0.0' must be >= 0",
        ],
        [{ confusion: { ...confusion, counts: [] } }, "'test.confusion.counts' is []"],
        [{ examples: 3 }, "'test.confusion.counts' adds up to 2, and 'examples' is 3"],
        [{ per_class: {} }, "'test.per_class' has empty, and the classes are negative, positive"],
        [
          { confusion: { ...confusion, classes: ["positive", "negative"] } },
          "'test.confusion.classes' is positive, negative, and the classes are negative, positive",
        ],
      ] as const
    ) {
      await write(folder, {
        "metrics.json": JSON.stringify({ ...wholeMetrics(2), test: { ...part, ...change } }),
      });
      const { message } = await assertRejects(() => readRun(folder), InputError, "metrics.json is damaged");
      assertStringIncludes(message, why);
    }
    const row = { experiment: "x", variant: "", settings: {}, seed: 0, status: "complete", folder: "x" };
    const summary = { format: "softprompt-summary/1", title: "x", rows: [], groups: [], best: null };
    for (
      const [change, why] of [
        [{ best: 0 }, "'best' is 0, and there are 0 groups"],
        [
          { rows: [{ ...row, metrics: { ...wholeMetrics(2), test: { ...part, per_class: {} } } }] },
          "in 'rows.0.metrics', 'test.per_class' has empty",
        ],
      ] as const
    ) {
      await write(folder, { "summary.json": JSON.stringify({ ...summary, ...change }) });
      await assertRejects(() => readSummary(folder), InputError, why);
    }
    const ensemble = {
      vote: "mean",
      members: [{ run: "a", accuracy: 2 }],
      average: 1,
      sd: 0,
      best: 1,
      ensemble: 1,
    };
    await write(folder, { "ensemble.json": JSON.stringify(ensemble) });
    await assertRejects(() => readEnsemble(folder), InputError, "'members.0.accuracy' must be <= 1");
  }));
