import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { compare } from "../../src/diff/compare.ts";
import { flipsOf } from "../../src/diff/flips.ts";
import { align } from "../../src/diff/align.ts";
import { mcnemar } from "../../src/evaluation/mcnemar.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "./runs.ts";

const OPTIONS = { alpha: 0.05, resamples: 2000, seed: 0 };
const stream = new RandomStream(0, "test");
/** Probabilities of the class `good` that are right for about this share of the examples. */
const guesses = (share: number, length = 400) =>
  Array.from({ length }, (_, i) => {
    const sure = stream.uniform(0.55, 0.95);
    const isRight = stream.uniform(0, 1) < share;
    return isRight === (i % 2 === 1) ? sure : 1 - sure;
  });
const group = (...runs: RunRecord[]) => ({ name: "", runs });
const compared = (a: RunRecord[], b: RunRecord[]) =>
  compare([{ variant: "", a: group(...a), b: group(...b) }], OPTIONS)[0]!;

Deno.test("two runs are compared by McNemar's exact test for accuracy and by the bootstrap for all else", () => {
  const a = madeUpRun({ good: guesses(0.6) });
  const b = madeUpRun({ good: guesses(0.75) });
  const { metrics, paired } = compared([a], [b]);
  assertEquals(paired, 400);
  assertEquals([metrics.accuracy!.test, metrics.loss!.test], ["exact McNemar", "paired bootstrap"]);
  const right = ({ predictions }: RunRecord) =>
    predictions.map(({ label, predicted }) => label === predicted);
  assertEquals(metrics.accuracy!.p, mcnemar(right(a), right(b)).p);
  assertAlmostEquals(metrics.accuracy!.a, a.metrics.test.accuracy.value);
  assertAlmostEquals(metrics.macro_f1!.b, b.metrics.test.macro_f1);
  assertAlmostEquals(metrics.loss!.delta, b.metrics.test.loss - a.metrics.test.loss);
  assertEquals([metrics.accuracy!.verdict, metrics.loss!.verdict], ["better", "better"]);
  assert(metrics.accuracy!.detectable! < metrics.accuracy!.delta);
});

Deno.test("the same comparison the other way round is as much worse", () => {
  const a = madeUpRun({ good: guesses(0.6) });
  const b = madeUpRun({ good: guesses(0.8) });
  const there = compared([a], [b]).metrics.accuracy!;
  const back = compared([b], [a]).metrics.accuracy!;
  assertEquals([there.verdict, back.verdict, back.delta], ["better", "worse", -there.delta]);
});

Deno.test("p values are adjusted as Holm (1979) does, over all judged metrics of all comparisons", () => {
  const a = madeUpRun({ good: guesses(0.6) });
  const b = madeUpRun({ good: guesses(0.66) });
  const c = madeUpRun({ good: guesses(0.65) });
  const found = compare([
    { variant: "b", a: group(a), b: group(b) },
    { variant: "c", a: group(a), b: group(c) },
  ], OPTIONS);
  const tests = found.flatMap(({ metrics }) => Object.values(metrics))
    .filter(({ verdict }) => verdict !== "description").sort((x, y) => x.p - y.p);
  assertEquals(tests.length, 8);
  let least = 0;
  for (const [i, { p, p_adjusted }] of tests.entries()) {
    least = Math.min(1, Math.max(least, (tests.length - i) * p));
    assertAlmostEquals(p_adjusted!, least);
  }
});

Deno.test("several seeds are paired if they are the same on both sides, and shown with their deviations", () => {
  const runs = (share: number, ...seeds: number[]) =>
    seeds.map((seed) => madeUpRun({ good: guesses(share), seed }));
  const same = compared(runs(0.6, 0, 1, 2), runs(0.8, 0, 1, 2));
  assertEquals(same.seeds, { a: [0, 1, 2], b: [0, 1, 2], paired: true });
  assertEquals([same.metrics.accuracy!.test, same.metrics.accuracy!.verdict], ["paired bootstrap", "better"]);
  assert(same.metrics.accuracy!.a_sd! > 0 && same.metrics.accuracy!.b_sd! > 0);
  assertEquals(compared(runs(0.6, 0), runs(0.8, 0, 1)).seeds, { a: [0], b: [0, 1], paired: false });
});

Deno.test("equal runs are no evidence, and their detectable difference is unknown", () => {
  const run = madeUpRun({ good: guesses(0.6) });
  const { metrics, flips } = compared([run], [run]);
  assertEquals([metrics.loss!.p_adjusted, metrics.loss!.verdict, metrics.loss!.detectable], [
    1,
    "no evidence either way",
    null,
  ]);
  assertEquals(metrics.accuracy!.detectable, 6 / 400);
  assertEquals(flips, { fixed: [], broken: [] });
});

Deno.test("flips come in both directions, those that B is most sure of first; several runs predict by their mean", () => {
  const a = madeUpRun({ good: [0.9, 0.1, 0.2, 0.8, 0.3] });
  const b = [madeUpRun({ good: [0.1, 0.7, 0.7, 0.9, 0.9] }), madeUpRun({ good: [0.3, 0.9, 0.9, 0.9, 0.2] })];
  const { fixed, broken } = flipsOf(align([a], b));
  assertEquals(fixed.map(({ id, b }) => [id, b.predicted, b.probability.toFixed(2)]), [
    ["test:0", "bad", "0.80"],
    ["test:1", "good", "0.80"],
  ]);
  assertEquals(broken.map(({ id, a, b }) => [id, a.predicted, b.predicted]), [
    ["test:2", "bad", "good"],
    ["test:4", "bad", "good"],
  ]);
});

Deno.test("so few examples as no exact test could call significant have no verdict, however much they differ", () => {
  for (const [examples, verdict] of [[4, "no evidence either way"], [20, "better"]] as const) {
    const run = (sure: number) =>
      madeUpRun({ good: Array.from({ length: examples }, (_, i) => i % 2 === 1 ? sure : 1 - sure) });
    const { metrics } = compared([run(0.6)], [run(0.9)]);
    assertEquals(metrics.loss!.verdict, verdict);
    // Of 2^4 ways to swap the sides of four examples, two are as extreme as that all favour one side.
    if (examples === 4) assertEquals(metrics.loss!.p, 2 / 16);
  }
});
