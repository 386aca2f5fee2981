import { assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import {
  historyFolder,
  isKeptName,
  keptName,
  keptPlace,
  pathsFrom,
  runOfFile,
} from "../../src/disk/kept_place.ts";

const NAME = keptName(new Date("2026-01-31T12:34:56.789Z"), "0123456789abcdef".repeat(4));

Deno.test("a kept run is named by its time in UTC and its content, with characters that every file system has", () => {
  assertEquals(NAME, "20260131T123456.789Z-0123456789ab");
  assertEquals(isKeptName(NAME), true);
  const strange = keptName(new Date(0), "../..:\\");
  assertEquals([/^[\w.~-]+$/.test(strange), isKeptName(strange)], [true, true]);
  for (const other of ["seed=0", "20260131", "20260131T123456.789Z"]) assertEquals(isKeptName(other), false);
});

Deno.test("the place of a kept run is where it was, that of every other folder its own", () => {
  for (const run of ["small", "small/seed=0"]) {
    const path = join("/project/results", run);
    const folder = historyFolder("/project/results", path);
    assertEquals(folder, join("/project/results/.history", run));
    assertEquals(keptPlace(join(folder, NAME)), resolve(path));
    assertEquals(pathsFrom(join(folder, NAME, "experiment.yaml")), resolve(path));
    for (const other of [path, folder, "/home/.history/project/x"]) assertEquals(keptPlace(other), other);
    for (const from of [path, `${path}.partial`, join(folder, NAME)]) {
      assertEquals(runOfFile(join(from, "experiment.yaml")), resolve(path));
    }
  }
});
