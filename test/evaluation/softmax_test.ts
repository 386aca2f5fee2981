import { assertAlmostEquals, assertEquals } from "@std/assert";
import { together } from "../../src/evaluation/ensemble.ts";
import { indexOfLargest, largestOf, softmax } from "../../src/evaluation/softmax.ts";

/** More numbers than a call may have arguments. */
const MANY = 250_000;

Deno.test("no vocabulary is too large", () => {
  const logits = Array.from({ length: MANY }, (_, i) => i === MANY - 2 ? 1 : 0);
  assertEquals([indexOfLargest(logits), largestOf(logits)], [MANY - 2, 1]);
  assertAlmostEquals(softmax(logits)[MANY - 2]!, Math.E / (MANY - 1 + Math.E), 1e-12);
  assertEquals(indexOfLargest(together([logits, logits], "majority")), MANY - 2);
});
