import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { call, callProcess, exists, inFolder, start, writeExperiment } from "./softprompt.ts";
import { onSmallDisk } from "../disk/small_disk.ts";

const KILLS = 20;

/** Kills of a batch, at most, after which it may end. */
const KILLS_A_BATCH = 4;

const VARIANTS = ["length=2,seed=0", "length=2,seed=1", "length=6,seed=0"];

const sweepFile = (folder: string) =>
  writeExperiment(folder, {
    training: { batchSize: 4, epochs: 3, logEvery: 1 },
    sweep: { "prompt.length": [2, 6], seed: [0, 1] },
    exclude: [{ "prompt.length": 6, seed: 1 }],
  });

/** What must come out the same, whatever happened on the way. */
async function resultsOf(root: string): Promise<Record<string, string>> {
  const files = VARIANTS.flatMap((name) =>
    ["predictions.jsonl", "history.jsonl", "prompt.safetensors"].map((file) => join("small", name, file))
  );
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, (await Deno.readFile(join(root, file))).toHex()])),
  );
}

/** When each finished run was written: one that is run a second time has another time. */
async function finishedAt(root: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const name of VARIANTS) {
    const file = await Deno.stat(join(root, "small", name, "metrics.json")).catch(() => undefined);
    if (file !== undefined) found.set(name, file.mtime!.getTime());
  }
  return found;
}

Deno.test(`a batch that is killed at ${KILLS} random moments loses nothing, does nothing twice and ends in the same bytes`, () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const whole: string = join(folder, "whole");
    let began = performance.now();
    assertEquals((await callProcess(["batch", file, "--results", whole])).code, 0);
    let takes = performance.now() - began;
    const expected = await resultsOf(whole);
    const stream = new RandomStream(0, "kills");
    let killed = 0;
    let batches = 0;
    let underway = 0;
    while (killed < KILLS) {
      const results: string = join(folder, `killed-${batches++}`);
      let finished = new Map<string, number>();
      for (let calls = 0;; calls++) {
        began = performance.now();
        const child = start(["batch", file, "--results", results, "--jobs", String(1 + killed % 2)]);
        const ended = child.output();
        const isSpared = calls === KILLS_A_BATCH || killed === KILLS;
        const timer = isSpared
          ? undefined
          : setTimeout(() => child.kill("SIGKILL"), stream.uniform(0, takes));
        const { code, signal, stderr } = await ended;
        clearTimeout(timer);
        const now = await finishedAt(results);
        for (const [name, time] of finished) {
          assertEquals(now.get(name), time, `${name} was run a second time`);
        }
        finished = now;
        if (signal !== "SIGKILL") {
          assertEquals(code, 0, new TextDecoder().decode(stderr));
          // A whole batch ended before its kill: later kills come within the time that it took.
          if (calls === 0) takes = Math.min(takes, performance.now() - began);
          break;
        }
        killed++;
        if (await exists(results, "small") && finished.size < VARIANTS.length) underway++;
      }
      assertEquals(await resultsOf(results), expected);
      const left = (await Array.fromAsync(Deno.readDir(join(results, "small")))).map(({ name }) => name);
      assertEquals(left.toSorted(), [...VARIANTS, "summary.csv", "summary.html", "summary.json"].toSorted());
      await Deno.remove(results, { recursive: true });
    }
    assert(underway >= 5, `only ${underway} of the kills came while runs were underway`);
  }));

const remount = (disk: string, how: "ro" | "rw") =>
  new Deno.Command("mount", { args: ["-o", `remount,${how}`, disk] }).output();

Deno.test("a full disk is reported, loses nothing, and the run resumes when there is space", () =>
  onSmallDisk(6, (disk) =>
    inFolder(async (folder) => {
      const file = await sweepFile(folder);
      const results: string = join(disk, "results");
      const first = await call(["batch", file, "--results", results, "--only", "length=2,seed=0"]);
      assertEquals(first.code, 0, first.stderr);
      const before = await finishedAt(results);
      const filler: string = join(disk, "filler");
      await Deno.writeFile(filler, new Uint8Array(8 << 20)).catch(() => {});
      await Deno.truncate(filler, (await Deno.stat(filler)).size - (48 << 10));
      const full = await call(["batch", file, "--results", results]);
      assertEquals(full.code, 1, full.stderr);
      assertStringIncludes(
        full.stderr,
        "cannot be written: the disk is full, so free some space and run the same command again",
      );
      assert(!full.stderr.includes("unexpected"), full.stderr);
      assertEquals((await finishedAt(results)).get(VARIANTS[0]!), before.get(VARIANTS[0]!));
      await Deno.remove(filler);
      const rest = await call(["batch", file, "--results", results]);
      assertEquals(rest.code, 0, rest.stderr);
      const whole: string = join(folder, "whole");
      assertEquals((await call(["batch", file, "--results", whole])).code, 0);
      assertEquals(await resultsOf(results), await resultsOf(whole));
    })));

Deno.test("a read-only folder is an error that says so and loses nothing", () =>
  onSmallDisk(8, (disk) =>
    inFolder(async (folder) => {
      const file = await sweepFile(folder);
      const results: string = join(disk, "results");
      assertEquals((await call(["batch", file, "--results", results, "--only", "seed=0"])).code, 0);
      const before = await finishedAt(results);
      await remount(disk, "ro");
      for (const args of [["batch", file], ["run", await writeExperiment(folder, { name: "alone" })]]) {
        const { code, stderr } = await call([...args, "--results", results]);
        assertEquals(code, 1, stderr);
        assertStringIncludes(stderr, "its file system is read-only, so choose another folder with --results");
        assert(!stderr.includes("unexpected"), stderr);
      }
      await remount(disk, "rw");
      assertEquals(await finishedAt(results), before);
    })));

Deno.test("a folder that Deno may not write into is an error that says how it may", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-read",
        "--allow-env",
        "--allow-sys",
        "--allow-ffi",
        "--allow-write=results",
        "src/main.ts",
        "run",
        await writeExperiment(folder),
        "--results",
        folder,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), "Deno was not allowed to write there");
  }));

Deno.test("a corrupt metrics.json is replaced, and a folder of a newer version fails its run alone and is left as it is", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const results: string = join(folder, "results");
    assertEquals((await call(["batch", file, "--results", results])).code, 0);
    const corrupt: string = join(results, "small", VARIANTS[0]!, "metrics.json");
    const newer: string = join(results, "small", VARIANTS[1]!, "environment.json");
    await Deno.writeTextFile(corrupt, '{"status": "comp');
    await Deno.writeTextFile(
      newer,
      (await Deno.readTextFile(newer)).replace("softprompt-run/1", "softprompt-run/9"),
    );
    await Deno.remove(join(results, "small", VARIANTS[2]!), { recursive: true });
    const { code, stdout, stderr } = await call(["batch", file, "--results", results]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "metrics.json is damaged");
    assertStringIncludes(stdout, "was written by a newer softprompt");
    assertEquals(JSON.parse(await Deno.readTextFile(corrupt)).status, "complete");
    assert(await exists(results, "small", VARIANTS[2]!, "metrics.json"), "the third run was made again");
    const forced = await call(["batch", file, "--results", results, "--force"]);
    assertEquals(forced.code, 2, forced.stderr);
    assertStringIncludes(forced.stdout, "was written by a newer softprompt");
    const diff = await call([
      "diff",
      join(results, "small", VARIANTS[1]!),
      join(results, "small", VARIANTS[0]!),
    ]);
    assertEquals(diff.code, 2);
    assertStringIncludes(diff.stderr, "was written by a newer softprompt");
    // A summary would say that the run is missing, and take the place of one that the newer version wrote.
    const summary = join(results, "small/summary.json");
    const before = await Deno.readTextFile(summary);
    const refused = async (args: readonly string[], named: string, content: string) => {
      await Deno.writeTextFile(summary, content);
      const { code, stderr } = await call(["batch", file, "--results", results, ...args]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `${named} was written by a newer softprompt`);
      assertEquals(await Deno.readTextFile(summary), content);
    };
    await refused(["--summarize"], newer, before);
    await refused([], summary, before.replace("softprompt-summary/1", "softprompt-summary/9"));
  }));
