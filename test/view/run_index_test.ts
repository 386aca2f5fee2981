import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readAboutView } from "../../src/view/run_data.ts";
import { RunIndex } from "../../src/view/run_index.ts";
import { writeNote } from "../../src/view/note_file.ts";
import { call, inFolder } from "../commands/softprompt.ts";
import { writeMadeUpResults } from "./made_up_results.ts";

/** One of the runs in its folder. */
const RUN = "study/length=5,seed=1";

async function twoRuns(folder: string): Promise<RunIndex> {
  await writeMadeUpResults(join(folder, "results"), {
    sweeps: ["study"],
    lengths: [5],
    seeds: [0, 1],
    examples: 10,
  });
  return new RunIndex(join(folder, "results"), join(folder, "baselines"));
}

Deno.test("a row has a run's metric, seed, note and baselines, and follows what changes", () =>
  inFolder(async (folder) => {
    const index = await twoRuns(folder);
    const run: string = join(folder, "results", RUN);
    const before = await index.read();
    assertEquals(before.rows.map(({ name, state, seed }) => [name, state, seed]), [
      ["study/length=5,seed=0", "complete", 0],
      [RUN, "complete", 1],
    ]);
    assertEquals(before.rows[0]?.headline?.metric, "accuracy");
    assertEquals(before.troubles, []);
    await writeNote(run, { note: "odd: look again\n", before: "" });
    await call(["baseline", "set", run, "--baselines", join(folder, "baselines")]);
    const { rows: [, after] } = await index.read();
    assertEquals(after?.note, "odd: look again");
    assertEquals(after?.baselines, ["main"]);
    await writeNote(run, { note: "  ", before: "odd: look again" });
    await Deno.remove(join(folder, "results", "study/length=5,seed=0"), { recursive: true });
    const { rows } = await index.read();
    assertEquals(rows.map(({ name, note }) => [name, note]), [[RUN, ""]]);
  }));

Deno.test("a run of a newer version, a damaged one and one that is underway have rows that say so", () =>
  inFolder(async (folder) => {
    const index = await twoRuns(folder);
    const change = async (run: string, name: string, from: RegExp, to: string) => {
      const file: string = join(folder, "results", run, name);
      await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(from, to));
    };
    await change(RUN, "environment.json", /softprompt-run\/1/, "softprompt-run/9");
    await change("study/length=5,seed=0", "metrics.json", /"status":"complete"/, '"status":1');
    const begun: string = join(folder, "results", "begun.partial");
    await Deno.mkdir(begun);
    await Deno.writeTextFile(join(begun, "content_hash"), "ab\n");
    const line = { step: 10, epoch: 1, loss: 0.5, learning_rate: 0.1, gradient_norm: 1 };
    await Deno.writeTextFile(join(begun, "history.jsonl"), `${JSON.stringify(line)}\n{"step": 20, "lo`);
    await Deno.writeTextFile(join(folder, "results", RUN, "note.txt"), "x".repeat(70_000));
    const { rows, troubles } = await index.read();
    assertEquals(rows.map(({ name, state, step }) => [name, state, step]), [
      ["study/length=5,seed=0", "damaged", undefined],
      [RUN, "newer", undefined],
      ["begun", "partial", 10],
    ]);
    assertStringIncludes(rows[1]?.problem ?? "", "newer softprompt");
    assertEquals(troubles.length, 1);
    assertStringIncludes(troubles[0]!, "too large");
  }));

Deno.test({
  name: "a backslash in a name is none between folders: each run has a name of its own",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const [results, shape] = [join(folder, "results"), { lengths: [5], seeds: [0], examples: 10 }];
      await writeMadeUpResults(results, { sweeps: ["a/b", "a\\b"], ...shape });
      const { rows } = await new RunIndex(results, join(folder, "baselines")).read();
      assertEquals(rows.map(({ name }) => name), ["a/b/length=5,seed=0", "a\\b/length=5,seed=0"]);
      assertEquals(rows.map(({ folder }) => folder), rows.map(({ name }) => `${results}/${name}`));
    }),
});

Deno.test({
  name: "a note or an experiment file that is a link out of the run is not shown, and said to be one",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const results: string = join(folder, "results");
      await writeMadeUpResults(results, { sweeps: ["s"], lengths: [5], seeds: [0], examples: 4 });
      await Deno.writeTextFile(join(folder, "secret"), "a password");
      const run: string = join(results, "s/length=5,seed=0");
      await Deno.remove(join(run, "experiment.yaml"));
      for (const name of ["note.txt", "experiment.yaml"]) {
        await Deno.symlink(join(folder, "secret"), join(run, name));
      }
      await assertRejects(() => readAboutView(run), InputError, "is a symbolic link to");
      const { rows, troubles } = await new RunIndex(results, join(folder, "baselines")).read();
      assertEquals(rows.map(({ note }) => note), [""]);
      assertStringIncludes(troubles.join(), "is a symbolic link to");
    }),
});

Deno.test("a note that another program has written in its place is seen", () =>
  inFolder(async (folder) => {
    const index = await twoRuns(folder);
    const run: string = join(folder, "results", RUN);
    await writeNote(run, { note: "first", before: "" });
    assertEquals((await index.read()).rows[1]?.note, "first");
    const { mtime } = await Deno.stat(run);
    await Deno.writeTextFile(join(run, "note.txt"), "second");
    await Deno.utime(join(run, "note.txt"), new Date(), new Date(Date.now() + 1000));
    assertEquals((await Deno.stat(run)).mtime, mtime);
    assertEquals((await index.read()).rows[1]?.note, "second");
  }));
