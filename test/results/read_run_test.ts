import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/experiment/errors.ts";
import { readFinished, readRun } from "../../src/results/read_run.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Writes files of a run's folder. */
async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
}

const METRICS = JSON.stringify({ status: "complete", test: { accuracy: { value: 1, interval: [0, 1] } } });

Deno.test("a folder without a run has none, and an unfinished run is not a complete one", () =>
  inFolder(async (folder) => {
    assertEquals(await readFinished(folder), undefined);
    assertEquals(await readFinished(join(folder, "nowhere")), undefined);
    await write(folder, { "metrics.json": JSON.stringify({ status: "failed", error: "x" }) });
    assertEquals(await readFinished(folder), undefined);
    await assertRejects(() => readRun(folder), InputError, "there is no complete run in");
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
      assertEquals(/nothing has been changed; run with --force/.test(message), true);
    }));
}

Deno.test("a folder of a newer format version is refused, and one of none is read", () =>
  inFolder(async (folder) => {
    await write(folder, { "metrics.json": METRICS, "environment.json": '{"content_hash":"h"}' });
    assertEquals((await readFinished(folder))?.contentHash, "h");
    await write(folder, { "environment.json": '{"format":"softprompt-run/2"}' });
    await assertRejects(() => readFinished(folder), InputError, "was written by a newer softprompt");
    await write(folder, { "environment.json": '{"format":"something/1"}' });
    await assertRejects(() => readFinished(folder), InputError, "unknown format");
  }));

Deno.test("predictions that are cut off are an error that names the line", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "metrics.json": METRICS,
      "environment.json": "{}",
      "experiment.yaml": "name: x",
      "predictions.jsonl":
        '{"id":"a","text":"x","label":"p","predicted":"p","probabilities":{"p":1}}\n{"id":',
    });
    await assertRejects(
      () => readRun(folder),
      InputError,
      "predictions.jsonl is damaged (line 2 is no JSON)",
    );
  }));
