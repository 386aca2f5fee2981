import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { measureClasses } from "../../src/evaluation/metrics.ts";
import { mcnemar } from "../../src/evaluation/mcnemar.ts";
import { pairedBootstrap } from "../../src/evaluation/paired_bootstrap.ts";
import { pairedTextBootstrap } from "../../src/evaluation/paired_text_bootstrap.ts";
import { ScoredRun } from "../../src/evaluation/scored_run.ts";
import type { TargetLikelihood } from "../../src/evaluation/text_metrics.ts";
import { ScoredTextRun } from "../../src/evaluation/scored_text_run.ts";

const OPTIONS = { alpha: 0.05, resamples: 2000, seed: 0 };
const stream = new RandomStream(0, "test");
const coins = (share: number, length: number) =>
  Array.from({ length }, () => Number(stream.uniform(0, 1) < share));

/** A run that matches exactly where there is a 1. */
const textRun = (matches: readonly number[]) =>
  new ScoredTextRun(matches.map((one) => ({
    score: { exact_match: one === 1 ? 1 : 0, token_f1: one, rouge_l: one },
    likelihood: { nll: 1, tokens: 1 },
  })));

/** A run that has generated nothing. */
const unwritten = (likelihoods: readonly TargetLikelihood[]) =>
  new ScoredTextRun(likelihoods.map((likelihood) => ({ score: undefined, likelihood })));

/** The same as a run of classes, right where there is a 1. */
const classRun = (matches: readonly number[]) =>
  new ScoredRun(
    matches.map((one) => ({ label: 1, predicted: one, probabilities: [0.5, 0.5], illegal: false })),
    2,
  );

Deno.test("exact matches are compared as right classes are: the same draws, interval and p", () => {
  for (
    const [runsA, runsB, areRunsPaired] of [[1, 1, false], [3, 1, false], [2, 3, false], [
      3,
      3,
      true,
    ]] as const
  ) {
    const a = Array.from({ length: runsA }, () => coins(0.5, 60));
    const b = Array.from({ length: runsB }, () => coins(0.6, 60));
    const { accuracy } = pairedBootstrap(a.map(classRun), b.map(classRun), { ...OPTIONS, areRunsPaired });
    const found = pairedTextBootstrap({ a: a.map(textRun), b: b.map(textRun), areRunsPaired }, OPTIONS);
    const { interval, ...rest } = found.exact_match!;
    for (const key of ["a", "b", "delta", "standardError", "p"] as const) {
      assertAlmostEquals(rest[key], accuracy[key], 1e-12, key);
    }
    for (const side of [0, 1] as const) assertAlmostEquals(interval[side], accuracy.interval[side], 1e-12);
    assertEquals(found.token_f1, found.exact_match);
  }
});

Deno.test("the loss is that of all tokens drawn: its standard error is that of a difference of ratios", () => {
  const draw = (level: number) =>
    Array.from({ length: 400 }, () => {
      const tokens = 1 + stream.integer(6);
      return { nll: tokens * stream.uniform(0, level), tokens };
    });
  const [a, b] = [draw(2), draw(2.2)];
  const found = pairedTextBootstrap(
    { a: [unwritten(a)], b: [unwritten(b)], areRunsPaired: false },
    OPTIONS,
  );
  assertEquals(Object.keys(found), ["loss"], "nothing was generated");
  const sum = (numbers: readonly number[]) => numbers.reduce((x, y) => x + y, 0);
  const loss = (run: typeof a) => sum(run.map(({ nll }) => nll)) / sum(run.map(({ tokens }) => tokens));
  assertAlmostEquals(found.loss!.delta, loss(b) - loss(a), 1e-12);
  const linear = (run: typeof a) => {
    const mean = sum(run.map(({ tokens }) => tokens)) / run.length;
    return run.map(({ nll, tokens }) => (nll - loss(run) * tokens) / mean);
  };
  const ofA = linear(a);
  const variance = sum(linear(b).map((x, i) => (x - ofA[i]!) ** 2)) / 400;
  assertAlmostEquals(found.loss!.standardError / Math.sqrt(variance / 400), 1, 0.1);
});

Deno.test("a run's metrics, and its exact matches for McNemar's test", () => {
  const run = textRun([1, 0, 1, 1]);
  assertEquals(run.measure("exact_match", new Int32Array([2, 1, 0, 1])), 0.75);
  const { onlyA, onlyB } = mcnemar(run.correct!, textRun([0, 1, 1, 1]).correct!);
  assertEquals([onlyA, onlyB], [1, 1]);
  const without = unwritten([{ nll: 3, tokens: 2 }]);
  assertEquals(without.correct, undefined);
  assert(!without.has("rouge_l") && Number.isNaN(without.measure("rouge_l", new Int32Array([1]))));
  assertThrows(
    () => pairedTextBootstrap({ a: [run], b: [without], areRunsPaired: false }, OPTIONS),
    RangeError,
    "different test examples",
  );
});

Deno.test("classes of generated texts are measured as classes are, and an illegal answer is never right", () => {
  const draw = () =>
    Array.from({ length: 50 }, () => {
      const label = stream.integer(3);
      const predicted = stream.integer(4);
      return { label, predicted: predicted === 3 ? undefined : predicted };
    });
  const answers = draw();
  const run = new ScoredTextRun(
    answers.map((classed) => ({ classed, score: undefined, likelihood: undefined })),
    3,
  );
  const once = new Int32Array(50).fill(1);
  const expected = measureClasses(
    answers.map(({ predicted }) => predicted),
    answers.map(({ label }) => label),
    ["a", "b", "c"],
  );
  assertAlmostEquals(run.measure("macro_f1", once), expected.macro_f1, 1e-12);
  assertAlmostEquals(run.measure("accuracy", once), expected.accuracy.value, 1e-12);
  const illegal = answers.filter(({ predicted }) => predicted === undefined).length;
  assertAlmostEquals(run.measure("illegal_rate", once), illegal / 50, 1e-12);
  const twice = once.map((_, i) => i % 3);
  const drawn = answers.flatMap((one, i) => Array.from({ length: i % 3 }, () => one));
  const resampled = measureClasses(
    drawn.map(({ predicted }) => predicted),
    drawn.map(({ label }) => label),
    ["a", "b", "c"],
  );
  assertAlmostEquals(run.measure("macro_f1", twice), resampled.macro_f1, 1e-12);
});
