import { assertAlmostEquals, assertEquals } from "@std/assert";
import { together } from "../../src/evaluation/ensemble.ts";
import { indexOfLargest, softmax } from "../../src/evaluation/softmax.ts";

/** Two prompts that lean to the first class, and one that is sure of the second. */
const LOGITS = [[0.2, 0], [0.1, 0], [0, 8]];

Deno.test("the mean is that of the probabilities, and it may go against the majority", () => {
  const mean = together(LOGITS, "mean").map(Math.exp);
  for (const c of [0, 1]) {
    assertAlmostEquals(mean[c]!, LOGITS.reduce((sum, one) => sum + softmax(one)[c]!, 0) / 3, 1e-12);
  }
  assertEquals(indexOfLargest(mean), 1);
  assertEquals(indexOfLargest(together(LOGITS, "majority")), 0);
});

Deno.test("votes are counted, the mean breaks ties, and no class is impossible", () => {
  const shares = together(LOGITS, "majority").map(Math.exp);
  const mean = together(LOGITS, "mean").map(Math.exp);
  assertAlmostEquals(shares[0]!, (2 + mean[0]!) / 4, 1e-12);
  assertAlmostEquals(shares[0]! + shares[1]!, 1, 1e-12);
  assertEquals(indexOfLargest(together([[0.1, 0, 0], [0, 3, 0]], "majority")), 1);
  assertEquals(together([[9, 0, 0], [9, 0, 0]], "majority").every(Number.isFinite), true);
});
