import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { checkGate, GATE_METRICS, type GateMetric } from "../../src/diff/gate_metrics.ts";
import { textGateCases } from "../../src/diff/junit.ts";
import { groupBySeed } from "../../src/diff/run_groups.ts";
import type { Side } from "../../src/diff/side.ts";
import { textDiffJson, textDiffsOf } from "../../src/diff/text_diff.ts";
import { textDiffMarkdown } from "../../src/diff/text_markdown.ts";
import { textGateMetrics, textRegressions } from "../../src/diff/text_gate.ts";
import type { ComparedTextRun } from "../../src/diff/text_run.ts";
import { textDiffText } from "../../src/terminal/text_diff_text.ts";
import { madeUpRun } from "./runs.ts";
import { madeUpTexts } from "./text_runs.ts";

const side = (source: string, runs: Readonly<Record<string, ComparedTextRun>>): Side<ComparedTextRun> => ({
  source,
  groups: groupBySeed(new Map(Object.entries(runs))),
});
const alone = (source: string, run: ComparedTextRun) => side(source, { "": run });

/** Right where a share of the examples is, from the first on; the others are half right. */
const right = (share: number) => Array.from({ length: 60 }, (_, i) => i < 60 * share ? 1 : 0.5);
const classesRight = (share: number) =>
  Array.from({ length: 60 }, (_, i) => i < 60 * share ? (i % 2 === 1 ? "good" : "bad") : null);

Deno.test("a gate hears of each metric that got worse, and of none that got better", () => {
  const free = [0.9, 0.3].map((share) => madeUpTexts({ good: right(share) }));
  const classed = [0.9, 0.3].map((share) =>
    madeUpTexts({ good: right(share), classes: classesRight(share) })
  );
  for (
    const [[good, bad], names] of [
      [free, ["exactMatch", "tokenF1", "rougeL", "loss", "perplexity"]],
      [classed, ["accuracy", "macroF1", "tokenF1", "rougeL", "loss", "perplexity"]],
    ] as const
  ) {
    const worse = textDiffsOf(alone("a", good!), alone("b", bad!), 0.05);
    const better = textDiffsOf(alone("a", bad!), alone("b", good!), 0.05);
    for (const name of names) {
      const metric: GateMetric = GATE_METRICS.get(name)!;
      assertEquals(textRegressions(worse, [metric]).length, 1, name);
      assertEquals(textRegressions(better, [metric]), [], name);
    }
    assertEquals(textGateMetrics(worse).includes("exact_match"), names[0] === "exactMatch");
  }
  const { comparisons: [first] } = textDiffsOf(alone("a", classed[0]!), alone("b", classed[1]!), 0.05);
  assertEquals(first!.metrics.accuracy!.test, "exact McNemar");
  const { verdict, a, b } = first!.metrics.illegal_rate!;
  assertEquals([verdict, a.toFixed(3), b.toFixed(3)], ["description", "0.100", "0.700"]);
});

Deno.test("a gate calls the perplexity by its name, with the losses that it is judged by", () => {
  const [a, b] = [0.9, 0.3].map((share) => alone("x", madeUpTexts({ good: right(share) })));
  const worse = textDiffsOf(a!, b!, 0.05);
  const titles = (gate: readonly GateMetric[]) => textGateCases(worse, gate).map(({ name }) => name);
  assertEquals(titles(["perplexity"]), ["perplexity"]);
  assertEquals(titles(["loss", "perplexity"]), ["loss", "perplexity"]);
  assertMatch(textRegressions(worse, ["perplexity"]).join(), /^perplexity \(loss \d\.\d+ to \d\.\d+\)$/);
});

Deno.test("a gate's metrics must have been compared", () => {
  const run = alone("a", madeUpTexts({ good: right(0.5) }));
  const measured = textGateMetrics(textDiffsOf(run, run, 0.05));
  checkGate(["exact_match", "perplexity"], measured);
  const error = assertThrows(() => checkGate(["accuracy"], measured), Error, "no such metric");
  assertStringIncludes(error.message, "choose among loss, exactMatch, tokenF1, rougeL, perplexity");
});

Deno.test("runs over the same seeds are paired by them, and variants are compared one by one", () => {
  const runs = (shares: readonly number[]) =>
    Object.fromEntries(
      ["length=1", "length=5"].flatMap((variant) =>
        shares.map((share, seed) =>
          [`${variant},seed=${seed}`, madeUpTexts({ good: right(share), seed })] as const
        )
      ),
    );
  const found = textDiffsOf(side("a", runs([0.4, 0.5, 0.6])), side("b", runs([0.5, 0.6, 0.7])), 0.05);
  assertEquals(found.comparisons.map(({ variant }) => variant), ["length=1", "length=5"]);
  const [first] = found.comparisons;
  assertEquals(first!.seeds, { a: [0, 1, 2], b: [0, 1, 2], paired: true });
  const { exact_match } = first!.metrics;
  assertAlmostEquals(exact_match!.delta, 0.1, 1e-12);
  assertAlmostEquals(exact_match!.a_sd!, 0.1, 1e-12);
  assertEquals(exact_match!.test, "paired bootstrap");
  // Eight tests are judged together: no p is adjusted to less than if four were.
  assert(exact_match!.p_adjusted! >= 4 * exact_match!.p || exact_match!.p_adjusted === 1);
  const shown = textDiffText(found).join("\n");
  assertStringIncludes(shown, "3 runs in A, 3 runs in B, paired by seed");
  assertStringIncludes(shown, "± 10.0");
  assertEquals(Object.keys(Object(textDiffJson(found))).includes("comparisons"), true);
});

Deno.test("classes that stand for other texts are compared by the class alone, other classes not at all", () => {
  const given = { good: right(0.5), classes: classesRight(0.5) };
  const other = madeUpTexts({ ...given, targets: () => ["another text"] });
  const { comparisons: [found] } = textDiffsOf(alone("a", madeUpTexts(given)), alone("b", other), 0.05);
  assertEquals(Object.keys(found!.metrics), ["accuracy", "macro_f1", "illegal_rate"]);
  const free = (targets: (i: number) => string[]) => alone("x", madeUpTexts({ good: right(0.5), targets }));
  assertThrows(
    () => textDiffsOf(free((i) => [`${i}`]), free((i) => [`${i + 1}`]), 0.05),
    Error,
    "other right",
  );
  assertThrows(
    () => textDiffsOf(alone("a", other), alone("b", madeUpTexts({ good: right(0.5) })), 0.05),
    Error,
    "different classes and cannot be paired: bad, good against none",
  );
});

Deno.test("runs of classes with probabilities are compared with generated classes by the class alone", () => {
  const { experiment, environment, predictions } = madeUpRun({
    good: Array.from({ length: 60 }, (_, i) => i % 2 === 1 ? 0.8 : 0.2),
  });
  const words = { experiment, environment, predictions: predictions.map((one) => ({ ...one, targets: [] })) };
  const generated = madeUpTexts({ good: right(0.5), classes: classesRight(0.5) });
  const { comparisons: [found] } = textDiffsOf(alone("a", words), alone("b", generated), 0.05);
  assertEquals(Object.keys(found!.metrics), ["accuracy", "macro_f1"]);
  const { a, b, test, verdict } = found!.metrics.accuracy!;
  assertEquals([a, b, test, verdict], [1, 0.5, "exact McNemar", "worse"]);
});

Deno.test("beside a run alone, variants with other classes are left out, and it is said that they are", () => {
  const free = madeUpTexts({ good: right(0.5) });
  const classed = madeUpTexts({ good: right(0.5), classes: classesRight(0.5) });
  const found = textDiffsOf(alone("a", free), side("b", { one: free, two: classed }), 0.05);
  const { comparisons, notes } = found;
  assertEquals(comparisons.map(({ paired }) => paired), [60]);
  assertEquals(notes, ["left out, as its classes are others (bad, good): two of b"]);
  assertStringIncludes(textDiffMarkdown(found), `\n\n${notes[0]}\n`);
});
