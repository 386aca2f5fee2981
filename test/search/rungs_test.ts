import { assertEquals } from "@std/assert";
import { rungCount, rungSizes, rungSteps } from "../../src/search/rungs.ts";

Deno.test("rungs stand at validations of the run, each three times as high as the one below", () => {
  const rungs = (steps: number, validateEvery: number) =>
    rungSteps({ steps, validateEvery }, rungCount({ steps, validateEvery }));
  assertEquals(rungs(81, 3), [3, 9, 27, 81]);
  assertEquals(rungs(81, 1), [3, 9, 27, 81], "no more than four");
  assertEquals(rungs(150, 10), [20, 50, 150]);
  assertEquals(rungs(800, 30), [90, 270, 800], "a 27th of 800 steps has no validation");
  assertEquals(rungs(100, 100), [100]);
});

Deno.test("a third of the configurations goes on from each rung, and at least one", () => {
  assertEquals(rungSizes(27, 4), [27, 9, 3, 1]);
  assertEquals(rungSizes(100, 4), [100, 33, 11, 3]);
  assertEquals(rungSizes(2, 3), [2, 1, 1]);
});
