import { assertEquals, assertStringIncludes } from "@std/assert";
import { join, relative } from "@std/path";
import { main } from "../../src/cli.ts";
import { Lock, lockPath } from "../../src/disk/lock.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { writeBegun } from "./begun_runs.ts";
import { call, exists, inFolder } from "./softprompt.ts";

const RUN = madeUpRun({ good: [0.1, 0.9, 0.2, 0.8] });
const ENTRY = "0123456789abcdef0123456789abcdef";

/** Writes an experiment file that asks for a run of a name. */
async function writeFile(path: string, name: string, more = ""): Promise<string> {
  await Deno.writeTextFile(
    path,
    `name: ${name}\nmodel: { source: owner/m }\ndataset: { name: reviews-demo }\nprompt: { kind: hard, template: "{text} {mask}" }\nverbalizer: { negative: [bad], positive: [good] }\n${more}`,
  );
  return path;
}

/** Results with something of every kind, and files of the user's among them. */
async function writeResults(folder: string): Promise<string> {
  const results = join(folder, "results");
  await writeRecord(join(results, "kept"), RUN);
  await writeRecord(join(results, "old"), RUN);
  await writeRecord(join(results, "old/seed=1"), RUN);
  await writeRecord(join(results, "noted"), RUN);
  await Deno.writeTextFile(join(results, "noted/notes.txt"), "mine");
  await Deno.mkdir(join(results, "other"));
  await Deno.writeTextFile(join(results, "other/metrics.json"), '{"status":"complete"}');
  await writeBegun(join(results, "begun"), { status: "failed", error: "x" });
  await Deno.writeTextFile(join(results, "begun.partial/checkpoint.safetensors"), "x".repeat(1000));
  await Deno.mkdir(join(results, ".cache", ENTRY), { recursive: true });
  for (const name of ["artifacts.json", "train_step.onnx", "generation.json", "next.onnx", "SHA256SUMS"]) {
    await Deno.writeTextFile(join(results, ".cache", ENTRY, name), "{}");
  }
  await Deno.mkdir(join(results, ".cache/mine"));
  await Deno.mkdir(join(results, ".history/kept/20260131T123456.789Z-0123456789ab"), { recursive: true });
  return results;
}

/** What a call would remove, as paths from the folder. */
async function removes(results: string, ...args: string[]): Promise<string[]> {
  const { code, stdout } = await call(["clean", ...args, "--results", results, "--json", "--yes"]);
  assertEquals(code, 0);
  const { folders } = JSON.parse(stdout);
  return folders.filter(({ removed }: { removed: boolean }) => removed)
    .map(({ folder }: { folder: string }) => relative(results, folder));
}

Deno.test("clean says what it would free and refuses to remove it where nobody can be asked", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    const { code, stdout, stderr } = await call(["clean", "--results", results]);
    assertEquals(code, 2);
    assertStringIncludes(stdout, "run that is not complete  1.04 kB");
    assertStringIncludes(stdout, join(results, ".cache", ENTRY));
    assertStringIncludes(
      stderr,
      "nothing was removed, as nobody can be asked: add --yes to remove 2 folders, 1.0",
    );
    assertEquals(await exists(results, "begun.partial"), true);
    const json = await call(["clean", "--results", results, "--json"]);
    assertEquals(json.code, 2);
    const { folders } = JSON.parse(json.stdout);
    assertEquals(folders.map(({ kind, removed }: Record<string, unknown>) => `${kind} ${removed}`), [
      "partial false",
      "cache false",
    ]);
    await Deno.remove(join(results, "begun.partial"), { recursive: true });
    await Deno.rename(join(results, "kept"), `${results}.partial`);
    assertEquals(await removes(results), [join(".cache", ENTRY)], "what is beside the folder is not in it");
  }));

Deno.test("clean asks, and removes where the answer is yes", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    for (const answer of [false, true]) {
      const io = new RecordingIo("", { answer });
      assertEquals(await main(["clean", "--results", results], io), 0);
      assertStringIncludes(io.stderr, "Remove 2 folders, ");
      assertEquals(await exists(results, "begun.partial"), !answer);
      assertEquals(await exists(results, ".cache", ENTRY), !answer);
    }
    for (const path of ["kept", "old", "noted", "other", ".cache/mine", ".history/kept"]) {
      assertEquals(await exists(results, path), true, path);
    }
    assertStringIncludes((await call(["clean", "--results", results])).stdout, "there is nothing to remove");
  }));

Deno.test("runs that no file asks for go where files are named; what a file names, and what is not of a run, stays", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    const file = await writeFile(join(folder, "kept.yaml"), "kept");
    assertEquals((await removes(results, file, "--what", "unasked")).sort(), ["noted", "old", "old/seed=1"]);
    assertEquals(await Array.fromAsync(Deno.readDir(join(results, "noted")), ({ name }) => name), [
      "notes.txt",
    ]);
    assertEquals(await exists(results, "old"), false);
    assertEquals(await exists(results, "other/metrics.json"), true);
    assertEquals(await exists(results, "kept/metrics.json"), true);
    assertEquals(await exists(results, "begun.partial"), true);
  }));

Deno.test("the run that another starts from stays, and a file that is wrong removes nothing", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    const soft =
      `name: soft\nmodel: { source: owner/m }\ndataset: { name: reviews-demo }\nverbalizer: { negative: [bad], positive: [good] }\nprompt: { kind: soft, length: 5, template: "{prompt} {text} {mask}", initialization: { from: run, path: results/noted } }\ntraining: { epochs: 1 }\n`;
    await Deno.mkdir(join(folder, "files"));
    await Deno.writeTextFile(join(folder, "files/soft.yaml"), soft.replace("results/", "../results/"));
    assertEquals((await removes(results, join(folder, "files"), "--what", "unasked")).sort(), [
      "kept",
      "old",
      "old/seed=1",
    ]);
    await writeRecord(join(results, "kept"), RUN);
    await Deno.writeTextFile(join(folder, "files/wrong.yaml"), "name: wrong\n");
    const { code, stderr } = await call(["clean", join(folder, "files"), "--results", results, "--yes"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "wrong.yaml");
    assertEquals(await exists(results, "kept/metrics.json"), true);
    assertEquals((await call(["clean", "--results", results, "--what", "unasked", "--yes"])).code, 2);
  }));

Deno.test("what a process is at stays, and links are not followed", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    await writeRecord(join(folder, "elsewhere"), RUN);
    await Deno.symlink(join(folder, "elsewhere"), join(results, "link"));
    await Deno.symlink(join(folder, "elsewhere/metrics.json"), join(results, "begun.partial/report.html"));
    const lock = await Lock.tryTake(lockPath(results, "begun"));
    try {
      const outer = await call(["clean", "--results", folder, "--json", "--yes"]);
      assertEquals(JSON.parse(outer.stdout).folders, [], "the lock is found where the results are");
      const { stdout } = await call(["list", folder, "--status", "running", "--json"]);
      assertEquals(JSON.parse(stdout).runs.length, 1);
      assertEquals(await removes(results), [join(".cache", ENTRY)]);
      assertEquals(await exists(results, "begun.partial"), true);
    } finally {
      lock?.release();
    }
    assertEquals(await removes(results), ["begun.partial"]);
    assertEquals(await exists(folder, "elsewhere/metrics.json"), true);
    await writeBegun(join(results, "old/x"));
    (await Lock.tryTake(lockPath(results, join("old", "x"))))?.release();
    const inner = await call(["clean", "--results", join(results, "old"), "--yes"]);
    assertEquals(inner.code, 2);
    assertStringIncludes(inner.stderr, "is in the folder of all results");
    assertEquals((await call(["clean", "--results", join(folder, "nowhere")])).code, 2);
  }));

Deno.test("a cache that a link leads to stays", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    const elsewhere = join(folder, "elsewhere");
    await Deno.rename(join(results, ".cache"), elsewhere);
    await Deno.symlink(elsewhere, join(results, ".cache"));
    assertEquals(await removes(results), ["begun.partial"]);
    assertEquals(await exists(elsewhere, ENTRY, "SHA256SUMS"), true);
  }));

Deno.test("clean removes nothing where a file names a model or data that are not there", () =>
  inFolder(async (folder) => {
    const results = await writeResults(folder);
    for (
      const [key, from, to] of [
        ["model.source", "source: owner/m", "source: ../m"],
        ["dataset.file", "name: reviews-demo", "file: d.csv"],
      ] as const
    ) {
      const file = await writeFile(join(folder, "kept.yaml"), "kept");
      await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(from, to));
      const { code, stderr } = await call(["clean", file, "--results", results, "--yes"]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `${file}:${key === "model.source" ? 2 : 3}:`);
      assertStringIncludes(stderr, `'${key}' leads to nothing`);
      assertEquals(await exists(results, "old"), true);
    }
  }));
