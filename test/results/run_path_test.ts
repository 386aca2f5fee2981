import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { runPath } from "../../src/results/run_path.ts";

Deno.test("a run's folder lies below that of its experiment, or none is given", () => {
  assertEquals(runPath("results", "small", ""), join("results", "small"));
  assertEquals(runPath("results", "small", "seed=1"), join("results", "small", "seed=1"));
  for (const name of ["..", ".", "a/b", "../victim", "/etc", "a\\b", "a\0", "C:x"]) {
    assertThrows(() => runPath("results", name, "seed=1"), TypeError, "is not the name of a folder");
    assertThrows(() => runPath("results", "small", name), TypeError, "is not the name of a folder");
  }
});
