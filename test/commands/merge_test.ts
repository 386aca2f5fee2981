import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { withSha256 } from "../../src/base/sha256.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { Lock, lockPath } from "../../src/disk/lock.ts";
import { readMetrics } from "../../src/results/read_run.ts";
import type { SearchRecord, SummaryRow } from "../../src/results/run_files.ts";
import { readSearchRecord, SEARCH_FORMAT, writeSearchRecord } from "../../src/results/search_record.ts";
import { summarize } from "../../src/results/summarize.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { writeUnfinished, writeWholeRun } from "../results/write_whole_run.ts";
import { call, exists, inFolder } from "./softprompt.ts";

/** All files of a folder by their paths, without locks and the report. */
async function filesIn(folder: string, within = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, within))) {
    const path: string = join(within, name);
    if (name === ".locks" || name === "report.html") continue;
    if (isDirectory) Object.assign(found, await filesIn(folder, path));
    else found[path] = await Deno.readTextFile(join(folder, path));
  }
  return found;
}

/** Writes the summary of a sweep over two seeds, of whose runs a machine has executed one. */
async function writeSweepSummary(results: string, own: number): Promise<void> {
  const rows: SummaryRow[] = [];
  for (const seed of [0, 1]) {
    const row = {
      experiment: "s",
      variant: `seed=${seed}`,
      settings: { seed },
      seed,
      folder: `seed=${seed}`,
    };
    const metrics = await readMetrics(join(results, "s", row.folder));
    rows.push(
      seed === own && metrics?.status === "complete"
        ? { ...row, status: "complete", metrics }
        : { ...row, status: "missing" },
    );
  }
  const summary = summarize("s", rows);
  await Deno.writeTextFile(join(results, "s/summary.json"), JSON.stringify(withSha256(summary)));
}

/** Two folders of results that two machines have written apart: a sweep's runs, and one that both have. @returns them, and a third folder */
async function writeApart(folder: string): Promise<readonly [string, string, string]> {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  for (const [machine, results] of [a, b].entries()) {
    await writeWholeRun(join(results, "s", `seed=${machine}`), { hash: `s${machine}`, seed: machine });
    await writeWholeRun(join(results, "both"), { hash: "both", day: machine + 1, seconds: machine + 1 });
    await writeSweepSummary(results, machine);
  }
  await writeUnfinished(join(b, "begun"));
  return [a, b, join(folder, "c")];
}

async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(["merge", ...args]);
  assertEquals([code, stdout], [2, ""], stderr);
  return stderr;
}

Deno.test("folders that were written apart become one: each run once, as it is, and summaries of all", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await writeApart(folder);
    const before = [await filesIn(a), await filesIn(b)];
    const first = await call(["merge", a, b, "--into", c]);
    assertEquals(first.code, 0, first.stderr);
    assertStringIncludes(first.stdout, `3 runs copied to ${c}, 0 there already`);
    assertStringIncludes(
      first.stderr,
      `${join(b, "begun.partial")} is left out: it is not complete (partial)`,
    );
    const files = await filesIn(c);
    for (const path of ["s/seed=0", "both"]) {
      for (const name of ["metrics.json", "environment.json", "experiment.yaml", "samples.md"]) {
        assertEquals(files[join(path, name)], before[0]![join(path, name)], "the bytes of the first folder");
      }
    }
    assertEquals(Object.keys(files).filter((path) => dirname(path) === "s/seed=1").length, 5);
    const { rows, groups } = JSON.parse(files["s/summary.json"]!);
    assertEquals(rows.map(({ status }: SummaryRow) => status), ["complete", "complete"]);
    assertEquals(groups.map(({ seeds }: { seeds: number[] }) => seeds), [[0, 1]]);
    assert(await exists(c, "s/summary.html") && await exists(c, "s/summary.csv"));
    assertEquals([await filesIn(a), await filesIn(b)], before, "the sources stay as they were");

    await Deno.writeTextFile(join(c, "both/note.txt"), "mine");
    const again = await call(["merge", b, a, b, "--into", c, "--json"]);
    assertEquals(again.code, 0, again.stderr);
    const { runs, left_out: leftOut, summaries } = JSON.parse(again.stdout);
    assertEquals(
      runs.map(({ name, from, status }: Record<string, string>) => [name, from, status]),
      [["both", b, "there"], ["s/seed=1", b, "there"], ["s/seed=0", a, "there"]],
    );
    assertEquals([leftOut.length, summaries], [1, [join(c, "s/summary.html")]]);
    assertEquals(await filesIn(c), { ...files, "both/note.txt": "mine" });
  }));

Deno.test("two different results of one content are an error that names both and what differs, and nothing is written", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await writeApart(folder);
    await writeWholeRun(join(b, "renamed"), { hash: "s0", samples: "others" });
    const elsewhere = await refused(a, b, "--into", c);
    for (
      const part of [join(a, "s/seed=0"), join(b, "renamed"), "differ in samples.md", "move the other away"]
    ) {
      assertStringIncludes(elsewhere, part);
    }
    await Deno.remove(join(b, "renamed"), { recursive: true });
    await writeWholeRun(join(b, "both"), { hash: "both", samples: "others", seconds: 7 });
    await writeWholeRun(join(b, "s/seed=0"), { hash: "another" });
    const lines = (await refused(a, b, "--into", c)).split("\n");
    assertStringIncludes(
      lines[0]!,
      `${join(a, "both")} and ${join(b, "both")} are two results of one experiment`,
    );
    assertStringIncludes(
      lines[1]!,
      `${join(a, "s/seed=0")} and ${join(b, "s/seed=0")} are runs of different`,
    );
    assertEquals(await exists(c), false);
    assertStringIncludes(await refused(a, "--into", b), join(b, "both"));
  }));

Deno.test("what cannot be merged is refused by name, before anything is written", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await writeApart(folder);
    const says = async (args: readonly string[], what: string) => {
      assertStringIncludes(await refused(...args), what);
      assertEquals(await exists(c), false);
    };
    await says([a, "--into", join(a, "s/c")], `${join(a, "s/c")} lies in ${a}: merge folders of which none`);
    await says([join(a, "s"), b, "--into", a], `${join(a, "s")} lies in ${a}`);
    await says([a, b, "--into", a], `${a} is to be merged into itself: leave it out`);
    await says(
      [join(a, "both"), "--into", c],
      `${join(a, "both")} is a run's folder: name the folder of results`,
    );
    await says([join(folder, "nowhere"), "--into", c], "there is no folder");
    await Deno.mkdir(join(folder, "empty"));
    await says([a, join(folder, "empty"), "--into", c], "empty holds no run");
    await says([a, "--into", join(a, "both/metrics.json")], "is no folder: name the folder to merge into");
    await writeWholeRun(join(b, "BOTH"), { hash: "both" });
    await says([a, b, "--into", c], `${join(b, "BOTH")} are runs of different`);
    await Deno.remove(join(b, "BOTH"), { recursive: true });
    await Deno.symlink(join(a, "both"), join(b, "link"));
    await says([a, b, "--into", c], `${join(b, "link")} is a symbolic link`);
    await Deno.remove(join(b, "link"));
    await writeWholeRun(join(b, "newer"), { hash: "n", format: "softprompt-run/9" });
    await says([a, b, "--into", c], `${join(b, "newer/environment.json")} was written by a newer softprompt`);
    await Deno.remove(join(b, "newer"), { recursive: true });
    await Deno.writeTextFile(join(b, "both/samples.md"), "changed");
    await says([a, b, "--into", c], `${join(b, "both/samples.md")} was changed since the run`);
    await Deno.remove(join(b, "both"), { recursive: true });

    const lock = await Lock.tryTake(lockPath(c, "s/seed=1"));
    assertStringIncludes(await refused(b, "--into", c), `${join(c, "s/seed=1")} is being run`);
    lock?.release();
    await Deno.writeTextFile(join(folder, "file"), "");
    const { stderr } = await call(["merge", b, "--into", join(folder, "file/c")]);
    assertStringIncludes(stderr, "move it away or choose another folder with --into");
    await Deno.mkdir(join(folder, "blocked/s/summary.csv"), { recursive: true });
    assertStringIncludes(
      (await call(["merge", b, "--into", join(folder, "blocked")])).stderr,
      "choose another folder with --into",
    );
    await Deno.mkdir(join(c, "both"), { recursive: true });
    await Deno.writeTextFile(join(c, "both/predictions.jsonl"), "mine");
    assertStringIncludes(
      await refused(a, "--into", c),
      `${join(c, "both/predictions.jsonl")} is there already`,
    );
    await Deno.remove(join(c, "both"), { recursive: true });
    await Deno.mkdir(join(folder, "elsewhere"));
    await Deno.symlink(join(folder, "elsewhere"), join(c, "s"));
    assertStringIncludes(
      await refused(a, "--into", c),
      `${join(c, "s/seed=0")} is reached by a symbolic link`,
    );
    await Deno.remove(join(b, "s/seed=1"), { recursive: true });
    await writeWholeRun(join(b, "t"), { hash: "t" });
    assertStringIncludes(await refused(b, "--into", c), `${join(c, "s")} is reached by a symbolic link`);
    await Deno.remove(join(c, "s"));
    assertEquals([await filesIn(c), await filesIn(join(folder, "elsewhere"))], [{}, {}]);
  }));

Deno.test("the record of a search comes along; two of one place that differ in more than times are an error", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await writeApart(folder);
    const record = (value: number, seconds: number): SearchRecord => ({
      format: SEARCH_FORMAT,
      method: "random",
      metric: "accuracy",
      seed: 0,
      budget: { runs: 1 },
      space: [],
      trials: [{
        variant: "v",
        settings: {},
        content_hash: "h",
        steps: 9,
        rungs: [{ step: 9, value, loss: 1, seconds }],
      }],
    });
    await writeSearchRecord(join(a, "s"), record(0.5, 1));
    await writeSearchRecord(join(b, "s"), record(0.5, 2));
    assertEquals((await call(["merge", a, b, "--into", c])).code, 0);
    assertEquals(await readSearchRecord(join(c, "s")), record(0.5, 1));
    await writeSearchRecord(join(b, "s"), record(0.6, 2));
    assertStringIncludes(
      await refused(a, b, "--into", join(folder, "d")),
      `${join(a, "s/search.json")} and ${join(b, "s/search.json")} are records of different searches`,
    );
  }));

Deno.test("what a run names by a path is found from its new place, and the run is the one that it was", () =>
  inFolder(async (folder) => {
    const from: string = join(folder, "gathered/node-1/results");
    await writeWholeRun(join(from, "x"), { hash: "x", model: "../../../../models/m" });
    const into: string = join(folder, "results");
    assertEquals((await call(["merge", from, "--into", into])).code, 0);
    const text = await Deno.readTextFile(join(into, "x/experiment.yaml"));
    assertStringIncludes(text, "source: ../../models/m\n");
    const { code, stdout, stderr } = await call(["show", join(into, "x"), "--json"]);
    assertEquals(code, 0, stderr);
    const { status, environment } = JSON.parse(stdout);
    assertEquals([status, environment.model.folder, environment.content_hash], [
      "complete",
      "../../models/m",
      "x",
    ]);
    assertEquals((await call(["merge", from, "--into", into])).code, 0, "the same again");
  }));

Deno.test("a merge that is killed at any moment can be run again, and has the same result", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await writeApart(folder);
    const killed: string = join(folder, "killed");
    const whole = await stoppingAfter(Infinity, "killed", () => call(["merge", a, b, "--into", c]));
    assertEquals(whole.result?.code, 0);
    const stream = new RandomStream(0, "kills of a merge");
    for (let kill = 0; kill < 6; kill++) {
      const most = stream.integer(whole.changes);
      await stoppingAfter(most, "killed", () => call(["merge", a, b, "--into", killed]));
    }
    const last = await call(["merge", a, b, "--into", killed]);
    assertEquals(last.code, 0, last.stderr);
    assertEquals(await filesIn(killed), await filesIn(c));
  }));
