import { assertAlmostEquals, assertEquals } from "@std/assert";
import { mcnemar } from "../../src/evaluation/mcnemar.ts";

/** The answers of two classifiers, by the numbers of examples that both, only one of them, or neither get right. */
function answers(both: number, onlyA: number, onlyB: number, neither: number): [boolean[], boolean[]] {
  const repeat = (value: boolean, count: number) => Array.from({ length: count }, () => value);
  return [
    [...repeat(true, both), ...repeat(true, onlyA), ...repeat(false, onlyB), ...repeat(false, neither)],
    [...repeat(true, both), ...repeat(false, onlyA), ...repeat(true, onlyB), ...repeat(false, neither)],
  ];
}

Deno.test("McNemar's exact test gives the p of the examples of Fagerland, Lydersen & Laake (2013, tables 1 and 2)", () => {
  const airway = mcnemar(...answers(1, 1, 7, 12));
  assertEquals([airway.onlyA, airway.onlyB], [1, 7]);
  assertAlmostEquals(airway.p, 0.0703, 5e-5);
  assertAlmostEquals(mcnemar(...answers(59, 6, 16, 80)).p, 0.0525, 5e-5);
});

Deno.test("McNemar's exact test is the sum of the fair coin's chances that are no greater, by brute force", () => {
  for (const [onlyA, onlyB] of [[0, 1], [3, 3], [2, 7], [9, 1], [12, 0]] as const) {
    const n = onlyA + onlyB;
    const chances = new Map<number, number>();
    for (let flips = 0; flips < 2 ** n; flips++) {
      const heads = flips.toString(2).replaceAll("0", "").length;
      chances.set(heads, (chances.get(heads) ?? 0) + 2 ** -n);
    }
    const p = [...chances.values()].filter((chance) => chance <= chances.get(onlyA)! * (1 + 1e-9))
      .reduce((sum, chance) => sum + chance, 0);
    assertAlmostEquals(mcnemar(...answers(5, onlyA, onlyB, 5)).p, p, 1e-12);
  }
});

Deno.test("classifiers that never differ are no evidence", () => {
  assertEquals(mcnemar([true, false], [true, false]).p, 1);
});
