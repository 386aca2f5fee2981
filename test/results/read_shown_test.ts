import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DamagedRun } from "../../src/results/damaged_run.ts";
import { KeptPredictions } from "../../src/results/kept_predictions.ts";
import { readShown } from "../../src/results/read_shown.ts";
import { inFolder } from "../commands/softprompt.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "./write_record.ts";

const read = (folder: string) => readShown(folder, new KeptPredictions());
const SAMPLE = { text: "x", predicted: "good", probabilities: { bad: 0.25, good: 0.75 } };

/** A run's folder with some of its files. */
async function runWith(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = await writeRecord(join(folder, "run"), madeUpRun({ good: [0.1, 0.9] }));
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(path, name), text);
  return path;
}

Deno.test("what a report shows of a run is read from its files; what an earlier version did not write is absent", () =>
  inFolder(async (folder) => {
    const bare = await read(await runWith(folder, {}));
    assertEquals([bare.history, bare.samples, bare.meaning], [[], undefined, undefined]);
    const meaning = { vectors: [], duplicates: [], label_words: [] };
    const whole = await read(
      await runWith(folder, {
        "samples.jsonl": `${JSON.stringify(SAMPLE)}\n`,
        "neighbours.json": JSON.stringify(meaning),
      }),
    );
    assertEquals([whole.samples, whole.meaning], [[SAMPLE], meaning]);
  }));

Deno.test("a file that a report shows is refused with its line where it is not what a run writes, and where it is gone", () =>
  inFolder(async (folder) => {
    const refusals: readonly (readonly [Record<string, string>, string])[] = [
      [{ "samples.jsonl": "\n{" }, "samples.jsonl is damaged (line 2: it is not JSON)"],
      [{ "samples.jsonl": "{}" }, "samples.jsonl is damaged (line 1: it must have"],
      [
        { "samples.jsonl": JSON.stringify({ ...SAMPLE, predicted: "best" }) },
        `line 1: 'predicted' is "best", which is not a class`,
      ],
      [{ "history.jsonl": "{}" }, "history.jsonl is damaged (line 1: it must have"],
      [{ "neighbours.json": "{}" }, "neighbours.json is damaged (it must have"],
    ];
    for (const [files, message] of refusals) {
      const path = await runWith(folder, { "samples.jsonl": "", "history.jsonl": "", ...files });
      await assertRejects(() => read(path), DamagedRun, message);
      await Deno.remove(path, { recursive: true });
    }
    const path = await runWith(folder, {});
    const file = join(path, "environment.json");
    const environment = JSON.parse(await Deno.readTextFile(file));
    environment.files["samples.jsonl"] = "0".repeat(64);
    await Deno.writeTextFile(file, JSON.stringify(environment));
    await assertRejects(() => read(path), DamagedRun, "samples.jsonl is damaged (it is missing)");
    await Deno.writeTextFile(join(path, "samples.jsonl"), "");
    await assertRejects(() => read(path), DamagedRun, "samples.jsonl was changed since the run");
  }));
