import { assertEquals, assertThrows } from "@std/assert";
import { join, resolve } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { OwnedFolders, resultsOfFile, runPath, variantOfFile } from "../../src/results/run_path.ts";

Deno.test("a run's folder lies below that of its experiment, or none is given", () => {
  assertEquals(runPath("results", "small", ""), join("results", "small"));
  assertEquals(runPath("results", "small", "seed=1"), join("results", "small", "seed=1"));
  for (const name of ["..", ".", "a/b", "../victim", "/etc", "a\\b", "a\0", "C:x"]) {
    assertThrows(() => runPath("results", name, "seed=1"), TypeError, "is not the name of a folder");
    assertThrows(() => runPath("results", "small", name), TypeError, "is not the name of a folder");
  }
});

Deno.test("of a run's own file the folder of all results is known by the experiment's name", () => {
  const resultsOf = (folder: string) => resultsOfFile(join("out", folder, "experiment.yaml"), "small");
  for (
    const folder of [
      "small",
      "small.partial",
      "small/seed=1",
      "small/seed=1.partial",
      ".history/small/20260131T123456.789Z-01ab",
      ".history/small/seed=1/20260131T123456.789Z-01ab",
    ]
  ) {
    assertEquals(resultsOf(folder), resolve("out"), folder);
  }
  assertEquals(resultsOf("renamed"), undefined);
});

Deno.test("of a run's own file its variant is known by where it lies, of every other file there is none", async () => {
  const variantOf = (file: string) => variantOfFile("results", "small", join("results", file));
  for (
    const folder of [
      "small/seed=1",
      "small/seed=1.partial",
      ".history/small/seed=1/20260131T123456.789Z-01ab",
    ]
  ) {
    assertEquals(await variantOf(join(folder, "experiment.yaml")), "seed=1", folder);
  }
  for (
    const file of [
      "small/experiment.yaml",
      "small/seed=1/other.yaml",
      "large/seed=1/experiment.yaml",
      "../experiment.yaml",
    ]
  ) {
    assertEquals(await variantOf(file), "", file);
  }
});

Deno.test("no two files may own a folder, also where file systems ignore case", () => {
  const owned = new OwnedFolders();
  owned.claim("results/small", "small", "a.yaml");
  owned.claim("results/small/seed=1", "small", "b.yaml");
  assertThrows(
    () => owned.claim("results/Small", "Small", "c.yaml"),
    InputError,
    "the names of a.yaml ('small') and c.yaml ('Small') differ in capitals alone",
  );
  assertThrows(
    () => owned.claim("results/small", "small", "d.yaml"),
    InputError,
    "both a.yaml and d.yaml have the name 'small'",
  );
});
