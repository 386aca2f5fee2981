import { assertEquals, assertThrows } from "@std/assert";
import { pairedMeanBootstrap } from "../../src/evaluation/paired_mean_bootstrap.ts";
import { pairedTextBootstrap } from "../../src/evaluation/paired_text_bootstrap.ts";
import { ScoredTextRun } from "../../src/evaluation/scored_text_run.ts";

const OPTIONS = { alpha: 0.05, resamples: 2000, seed: 0 };

/** A run with generated texts of these exact matches. */
function runOf(matches: readonly number[]): ScoredTextRun {
  return new ScoredTextRun(matches.map((match) => {
    const exact_match = match === 1 ? 1 : 0;
    return { likelihood: undefined, score: { exact_match, token_f1: 0, rouge_l: 0 } };
  }));
}

Deno.test("the bootstrap of means has the numbers of the bootstrap of runs, to the bit", () => {
  const a = Array.from({ length: 37 }, (_, i) => Number(i % 3 === 0));
  const b = a.map((one, i) => i % 5 === 0 ? 1 - one : one);
  const ofRuns = pairedTextBootstrap({ a: [runOf(a)], b: [runOf(b)], areRunsPaired: false }, OPTIONS);
  assertEquals(pairedMeanBootstrap(a, b, OPTIONS), ofRuns.exact_match);
});

Deno.test("sides with other numbers of examples, or none, have no difference of means", () => {
  assertThrows(() => pairedMeanBootstrap([1], [1, 0], OPTIONS), RangeError);
  assertThrows(() => pairedMeanBootstrap([], [], OPTIONS), RangeError);
});
