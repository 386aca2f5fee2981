import { assert, assertEquals } from "@std/assert";
import { leastDetectableAccuracy } from "../../src/evaluation/least_p.ts";
import { mcnemar } from "../../src/evaluation/mcnemar.ts";

Deno.test("six examples, all won by one side, are the least that the exact test calls significant at 5%", () => {
  assertEquals(leastDetectableAccuracy(100, 0.05), 0.06);
  const p = (won: number) => mcnemar(Array(won).fill(false), Array(won).fill(true)).p;
  assert(p(6) < 0.05 && p(5) > 0.05);
});
