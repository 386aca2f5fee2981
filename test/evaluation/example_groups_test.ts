import { assertEquals } from "@std/assert";
import { ExampleGroups } from "../../src/evaluation/example_groups.ts";

Deno.test("examples are grouped by their keys, in their order within each", () => {
  const { examples, groups } = new ExampleGroups(Int32Array.of(7, 0, 7, 3, 0));
  assertEquals(groups.map(({ key, from, to }) => [key, ...examples.subarray(from, to)]), [[0, 1, 4], [3, 3], [
    7,
    0,
    2,
  ]]);
  assertEquals(new ExampleGroups(new Int32Array()).groups, []);
});
