import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, exists, inFolder, writeExperiment } from "./softprompt.ts";

const TRAINING = { batchSize: 8, steps: 2 };

/** Runs a small experiment of some length of its prompt, and returns what was said. */
async function run(folder: string, length: number, ...flags: string[]): Promise<string> {
  const prompt = { kind: "soft", length, template: "{prompt} {text} it was {mask} ." };
  const file = await writeExperiment(folder, { prompt, training: TRAINING });
  const { code, stdout, stderr } = await call(["run", file, "--results", join(folder, "results"), ...flags]);
  assertEquals(code, 0, stderr);
  return stdout + stderr;
}

/** The kept runs of a name, the oldest first. */
function kept(folder: string, name = "small"): string[] {
  const history = join(folder, "results/.history", name);
  return [...Deno.readDirSync(history)].map((entry) => join(history, entry.name)).sort();
}

const lengthIn = async (run: string) =>
  /length: (\d+)/.exec(await Deno.readTextFile(join(run, "experiment.yaml")))?.[1];

Deno.test("a run that a changed experiment replaces is kept, said to be, compared, used, and put back by its experiment", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const current = join(results, "small");
    await run(folder, 3);
    const said = await run(folder, 4);
    const [first = ""] = kept(folder);
    assertStringIncludes(said, `small: the complete run that was there is now in ${first}`);
    assertStringIncludes(said, `next: deno task diff ${first} ${current}`);
    assertMatch(first, /\/\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{12}$/);
    const diff = await call(["diff", first, current]);
    assertMatch(diff.stdout, /prompt\.length +3 +4/);
    const text = /^A .*small\/.* \(20\d\d-\d\d-\d\d \d\d:\d\d UTC\)$/m;
    assertMatch(diff.stdout, text);
    const both = await call(["diff", results, results, "--format", "json"]);
    assertEquals(JSON.parse(both.stdout).paired, 100, "what is kept does not count among the results");
    const used = await call(["predict", first, "a joy", "--results", results]);
    assertEquals([used.code, JSON.parse(used.stdout).text], [0, "a joy"], used.stderr);
    await writeExperiment(folder, {
      prompt: { kind: "soft", length: 3, template: "{prompt} {text} it was {mask} ." },
      training: TRAINING,
    });
    const checked = await call(["validate", join(folder, "experiment.yaml"), "--results", results]);
    assertStringIncludes(checked.stdout, "results/small (in the history)");
    assertStringIncludes(checked.stdout, "0 runs to do, 0 steps; 1 done already");
    const back = await run(folder, 3);
    assertStringIncludes(back, `small: its results were in ${first}, and are back in ${current}`);
    assert(!back.includes("soft prompt on"), back);
    assertEquals([await lengthIn(current), await exists(first)], ["3", false]);
    const [second = ""] = kept(folder);
    assertEquals(await lengthIn(second), "4");
    const again = await call(["run", join(second, "experiment.yaml"), "--results", results]);
    assertStringIncludes(again.stderr, `its results were in ${second}, and are back in ${current}`);
    assertEquals([again.code, await lengthIn(current), kept(folder)], [0, "4", [first]]);
  }));

Deno.test("with --no-history what is replaced is gone, and what has not changed is never kept", () =>
  inFolder(async (folder) => {
    await run(folder, 3);
    await run(folder, 3, "--force");
    const said = await run(folder, 4, "--no-history");
    assert(!said.includes("complete run that was there"), said);
    assertEquals(await exists(folder, "results/.history"), false);
  }));

Deno.test("the runs of a changed sweep are kept by their variants, and its summary has their times and none of theirs", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    for (const steps of [2, 3]) {
      const training = { ...TRAINING, steps };
      const file = await writeExperiment(folder, { training, sweep: { seed: [0, 1] } });
      const { code, stderr } = await call(["batch", file, "--results", results]);
      assertEquals(code, 0, stderr);
    }
    for (const seed of ["seed=0", "seed=1"]) assertEquals(kept(folder, `small/${seed}`).length, 1);
    const { rows } = JSON.parse(await Deno.readTextFile(join(results, "small/summary.json")));
    const folders = rows.map((row: Record<string, unknown>) => row.folder);
    assertEquals(folders, ["seed=0", "seed=1"]);
    for (const [i, seed] of folders.entries()) {
      const environment = JSON.parse(
        await Deno.readTextFile(join(results, "small", seed, "environment.json")),
      );
      assertEquals(new Date(environment.time).toISOString(), rows[i].time);
    }
    const csv = await Deno.readTextFile(join(results, "small/summary.csv"));
    assertEquals(csv.trimEnd().split(/\r?\n/).map((line) => line.split(",").at(-1)), [
      "time",
      ...rows.map((row: Record<string, unknown>) => row.time),
    ]);
    assertStringIncludes(
      await Deno.readTextFile(join(results, "small/summary.html")),
      rows[0].time.slice(0, 10),
    );
  }));

Deno.test("two files of one name in one call would write into one folder, and are refused; one file named twice is one", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: TRAINING });
    const other = join(folder, "other.yaml");
    await Deno.writeTextFile(other, (await Deno.readTextFile(file)).replace('"small"', '"SMALL"'));
    const results = join(folder, "results");
    const { code, stderr } = await call(["run", file, other, "--results", results]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(
      stderr,
      `the names of ${file} ('small') and ${other} ('SMALL') differ in capitals alone`,
    );
    assertEquals(await exists(results), false);
    assertEquals((await call(["run", file, file, "--results", results])).code, 0);
  }));
