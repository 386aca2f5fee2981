import { assertEquals } from "@std/assert";
import { packRuns, unpackRuns } from "../../src/results/packed_runs.ts";
import { madeUpRun } from "../diff/runs.ts";

Deno.test("runs come out of their pack as they were, each test set's texts kept once", () => {
  const runs = new Map([
    ["length=1", madeUpRun({ good: [0.1, 0.9, 0.25] })],
    ["length=5", madeUpRun({ good: [0.7, 1 / 3, 0.5] })],
    ["other", madeUpRun({ good: [0.7, 0.2], change: (one, i) => ({ ...one, illegal: i === 1 }) })],
  ]);
  const packed = packRuns(runs);
  assertEquals(packed.testSets.map(({ length }) => length), [3, 2]);
  assertEquals(unpackRuns(JSON.parse(JSON.stringify(packed))), runs);
});
