import { assertEquals } from "@std/assert";
import { join, relative } from "@std/path";
import { partialRuns, runFolders } from "../../src/results/run_folders.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("runs are found with their variants, numbers in names by their size, unfinished and hidden ones left out", () =>
  inFolder(async (root) => {
    for (const path of ["x", "x/seed=1", "s/length=20", "s/length=5", "s/length=1.partial", ".cache/y"]) {
      await Deno.mkdir(join(root, path), { recursive: true });
      await Deno.writeTextFile(join(root, path, "metrics.json"), "{}");
    }
    const found = (await runFolders(root)).map((path) => relative(root, path));
    assertEquals(found, ["s/length=5", "s/length=20", "x", "x/seed=1"]);
    assertEquals(await runFolders(join(root, "nowhere")), []);
  }));

Deno.test("the order of runs follows from their names alone, decimal numbers by their values", () =>
  inFolder(async (root) => {
    const names = [
      "rate=1e-7",
      "rate=0.001",
      "rate=0.01,seed=0",
      "rate=0.01,seed=1",
      "rate=0.1",
      "rate=0.1,b=x",
      "rate=2",
    ];
    for (const name of names.toReversed()) {
      await Deno.mkdir(join(root, name));
      await Deno.writeTextFile(join(root, name, "metrics.json"), "{}");
    }
    assertEquals((await runFolders(root)).map((path) => relative(root, path)), names);
  }));

Deno.test("unfinished runs are found beside a folder and below it, and what else is partial is none", () =>
  inFolder(async (root) => {
    for (
      const [path, name] of [
        ["s.partial", "content_hash"],
        ["s/length=1.partial", "experiment.yaml"],
        ["s/length=5", "metrics.json"],
        ["s/classifier.partial", "config.json"],
        ["s/.history/x.partial", "content_hash"],
        ["s/t/seed=0.partial", "content_hash"],
      ] as const
    ) {
      await Deno.mkdir(join(root, path), { recursive: true });
      await Deno.writeTextFile(join(root, path, name), "");
    }
    const found = (await partialRuns(join(root, "s"))).map((path) => relative(root, path));
    assertEquals(found, ["s.partial", "s/length=1.partial", "s/t/seed=0.partial"]);
    assertEquals(await partialRuns(join(root, "nowhere")), []);
  }));
