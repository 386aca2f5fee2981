import { assertEquals } from "@std/assert";
import { groupExamples, joinGroups, sumGroups } from "../../src/evaluation/weighted_groups.ts";

const keys = [2, 0, 2, 1, 0, 5];
const grouped = groupExamples(Int32Array.of(0, 1, 2, 3, 4), 4, (i) => keys[i]!, (i) => 10 ** i);

Deno.test("examples are grouped by their keys, in their order within each, and groups may be empty", () => {
  assertEquals([...grouped.examples], [1, 4, 3, 0, 2]);
  assertEquals([...grouped.weights], [10, 10_000, 1000, 1, 100]);
  assertEquals([...grouped.ends], [2, 3, 5, 5]);
});

Deno.test("the sum of a group is that of its weights, each as often as its example was drawn", () => {
  const counts = Int32Array.of(1, 2, 0, 4, 5);
  assertEquals([...sumGroups(grouped, counts)], [50_020, 4000, 1, 0]);
  const other = groupExamples(Int32Array.of(3), 2, () => 1, () => 0.5);
  assertEquals([...sumGroups(joinGroups([grouped, other]), counts)], [50_020, 4000, 1, 0, 0, 2]);
});
