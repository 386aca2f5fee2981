import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../../src/base/errors.ts";
import { diffJson } from "../../../src/diff/diff.ts";
import { textDiffJson } from "../../../src/diff/text_diff.ts";
import { readCompared } from "../../../src/view/run_data.ts";
import { compareRuns, type NamedRuns } from "../../../src/view/page/compare_runs.ts";
import { call, inFolder } from "../../commands/softprompt.ts";
import { madeUpRun } from "../../diff/runs.ts";
import { madeUpTexts } from "../../diff/text_runs.ts";
import { writeRecord } from "../../results/write_record.ts";
import { writeMadeUpResults } from "../made_up_results.ts";

/** Runs as the page gets them. */
async function named(...folders: string[]): Promise<NamedRuns> {
  const runs: NamedRuns[number][] = [];
  for (const folder of folders) {
    const found = await readCompared(folder);
    if (found.kind === "none") throw new Error(found.reason);
    runs.push([folder, JSON.parse(JSON.stringify(found))]);
  }
  return runs;
}

Deno.test("selections are compared as the command line compares their folders: the same numbers", () =>
  inFolder(async (folder) => {
    const shape = { lengths: [5, 20], seeds: [0, 1], examples: 60 };
    await writeMadeUpResults(folder, { sweeps: ["one", "other"], ...shape });
    const runs = (sweep: string) =>
      shape.lengths.flatMap((length) =>
        shape.seeds.map((seed) => join(folder, sweep, `length=${length},seed=${seed}`))
      );
    const sides = [
      [[join(folder, "one")], runs("one"), [join(folder, "other")], runs("other")],
      [[runs("one")[0]!], [runs("one")[0]!], [runs("one")[2]!], [runs("one")[2]!]],
    ] as const;
    for (const [[a], runsA, [b], runsB] of sides) {
      const { stdout } = await call(["diff", a!, b!, "--format", "json"]);
      const { kind, diff } = compareRuns(await named(...runsA), await named(...runsB));
      assertEquals(kind, "classes");
      if (kind === "classes") assertEquals(JSON.parse(JSON.stringify(diffJson(diff))), JSON.parse(stdout));
    }
  }));

Deno.test("generated texts are compared as the command line compares them, with classes with probabilities, too", () =>
  inFolder(async (folder) => {
    const classes = ["good", "bad", "good", null, "bad", "good"];
    const texts = await writeRecord(
      join(folder, "texts"),
      madeUpTexts({ good: [1, 0.5, 0, 1, 0, 1], classes }),
    );
    const other = await writeRecord(
      join(folder, "other"),
      madeUpTexts({ good: [1, 1, 1, 1, 0.2, 1], classes }),
    );
    const words = await writeRecord(
      join(folder, "words"),
      madeUpRun({ good: [0.1, 0.9, 0.2, 0.8, 0.6, 0.7] }),
    );
    for (const [a, b] of [[texts, other], [words, texts]] as const) {
      const { stdout } = await call(["diff", a, b, "--format", "json"]);
      const { kind, diff } = compareRuns(await named(a), await named(b));
      assertEquals(kind, "texts");
      if (kind === "texts") assertEquals(JSON.parse(JSON.stringify(textDiffJson(diff))), JSON.parse(stdout));
    }
  }));

Deno.test("what cannot be compared is refused with the reason", () =>
  inFolder(async (folder) => {
    await writeMadeUpResults(folder, { sweeps: ["s"], lengths: [5, 20], seeds: [0], examples: 10 });
    const [a, b] = [5, 20].map((length) => join(folder, "s", `length=${length},seed=0`));
    const [first] = await named(a!);
    const [second] = await named(b!);
    const [name, run] = second!;
    if (run.kind !== "classes") throw new Error("it has classes");
    const others = run.run.predictions.map((one, i) => ({ ...one, id: `x${i}`, text_sha256: `x${i}` }));
    const other = { ...run, run: { ...run.run, predictions: others } };
    assertThrows(() => compareRuns([first!], [[name, other]]), InputError, "cannot be paired");
    await Deno.remove(join(a!, "metrics.json"));
    assertEquals((await readCompared(a!)).kind, "none");
  }));
