import { assert, assertEquals } from "@std/assert";
import { sourcesIn } from "./architecture/module_graph.ts";
import { findFiles, isTestFile } from "./test_files.ts";
import { groupTests, quickTests } from "./test_groups.ts";
import timings from "./timings.json" with { type: "json" };

Deno.test("no file with tests is left out of the groups, and none is in two", async () => {
  const files = (await findFiles(["test"])).filter(isTestFile);
  const sources = await sourcesIn("test");
  const expected = [...sources.keys()].filter((path) => path.endsWith("_test.ts"));
  assert(expected.length > 300);
  for (const jobs of [1, 3, 64]) {
    assertEquals(groupTests(files, timings, jobs).flat().sort(), expected.sort());
  }
});

Deno.test("every file of which a time is written down is there", async () => {
  const files = new Set(await findFiles(["test"]));
  assertEquals(Object.keys(timings).filter((path) => !files.has(path)), []);
});

Deno.test("neighbors share a group, what takes longer than a group is alone, and the longest is first", () => {
  const files = ["b/1", "a/1", "b/3", "a/2", "b/2", ...Array.from({ length: 400 }, (_, i) => `c/${i + 100}`)];
  const groups = groupTests(files, { "a/1": 3, "a/2": 4, "b/1": 150, "b/2": 141, "b/3": 2 }, 1);
  assertEquals(groups.slice(0, 2), [["b/1"], ["b/2"]]);
  assertEquals(groups.filter(([first]) => first === "a/1"), [["a/1", "a/2"]]);
  assert(groups.length > 4, "there must be several groups for each that is run at a time");
});

Deno.test("a test alone is a group, and no test is none", () => {
  assertEquals(groupTests(["a"], {}, 3), [["a"]]);
  assertEquals(groupTests([], {}, 3), []);
});

Deno.test("quick are those of which no time is written down", () => {
  assertEquals(quickTests(["a", "b", "c"], { b: 2 }), ["a", "c"]);
});
