import { assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRateAt } from "../../src/training/schedule.ts";

const rates = (name: "constant" | "linear" | "cosine", warmupSteps: number) =>
  [1, 2, 3, 4, 5, 6].map((step) => learningRateAt(step, 6, 1, { name, warmupSteps }));

Deno.test("a constant schedule warms up and stays", () =>
  assertEquals(rates("constant", 2), [0.5, 1, 1, 1, 1, 1]));

Deno.test("a linear schedule falls by equal parts and would be 0 after the last step", () => {
  assertEquals(rates("linear", 2), [0.5, 1, 1, 0.75, 0.5, 0.25]);
  for (const [i, rate] of rates("linear", 0).entries()) assertAlmostEquals(rate, 1 - i / 6);
});

Deno.test("a cosine schedule falls as half a cosine", () => {
  for (const [i, rate] of rates("cosine", 0).entries()) {
    assertAlmostEquals(rate, 0.5 * (1 + Math.cos(Math.PI * i / 6)));
  }
});
