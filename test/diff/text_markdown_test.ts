import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { textDiffsOf } from "../../src/diff/text_diff.ts";
import { textDiffMarkdown } from "../../src/diff/text_markdown.ts";
import { textDetectableSentence, textPairedSentence } from "../../src/diff/text_sentences.ts";
import { textDeltaText, textMetricRows } from "../../src/diff/text_wording.ts";
import { groupBySeed } from "../../src/diff/run_groups.ts";
import type { TextRunRecord } from "../../src/results/read_text_run.ts";
import { answeredRun, loneSide, madeUpSides } from "./answered_sides.ts";
import { madeUpTexts } from "./text_runs.ts";

Deno.test("a diff of free texts in Markdown has metrics, pairs, and texts side by side with bold differences", () => {
  const markdown = textDiffMarkdown(textDiffsOf(...madeUpSides(), 0.05));
  const lines = markdown.split("\n");
  assertStringIncludes(markdown, "- A: `results/a`\n- B: `results/b`\n");
  const exact = lines.find((line) => line.startsWith("| exact match"))!;
  assertStringIncludes(exact, "| 10.0% | 100.0% | +90.0 |");
  assert(exact.endsWith("| **better** |"), exact);
  assertStringIncludes(markdown, "40 test examples paired by id. A difference in exact match of");
  assertStringIncludes(markdown, "McNemar's exact test for exact match, a paired bootstrap for the others.");
  assertStringIncludes(markdown, "| prompt.length | 5 | 20 |");
  assertStringIncludes(markdown, "<summary>36 texts with another answer; the first 10</summary>");
  assertStringIncludes(
    markdown,
    "| when was \\<it\\> \\| 4? | in May 1998 | in <b>June</b> 1998 | in <b>May</b> 1998 |",
  );
  assertStringIncludes(markdown, "| 花是什么颜色？5 | 红色的花 | <b>蓝</b>色的花 | <b>红</b>色的花 |");
  assertEquals(lines.filter((line) => line.startsWith("| 花")).length, 5);
});

Deno.test("runs that do not differ, and runs without generated texts, say so", () => {
  const same = answeredRun([{ text: "a", target: "b", generated: "c" }, {
    text: "d",
    target: "e",
    generated: "e",
  }], 1);
  const bare = {
    ...same,
    predictions: same.predictions.map(({ generated: _, score: __, ...one }) => one),
  };
  const found = textDiffsOf(loneSide("a", same), loneSide("b", same), 0.05);
  assertStringIncludes(textDetectableSentence(found.comparisons[0]!).en, "The sides do not differ");
  assertStringIncludes(textDiffMarkdown(found), "Nothing differs in the experiments.");
  assertStringIncludes(textDiffMarkdown(found), "0 texts with another answer");
  const without = textDiffMarkdown(textDiffsOf(loneSide("a", same), loneSide("b", bare), 0.05));
  assert(!without.includes("another answer") && !without.includes("McNemar"), without);
});

Deno.test("differences of shares are points, and what is rounded to nothing has no sign", () => {
  assertEquals([0.1234, -0.0001].map((delta) => textDeltaText("exact_match", delta)), ["+12.3", "0.0"]);
  assertEquals([0.1234, -0.0001].map((delta) => textDeltaText("loss", delta)), ["+0.123", "0.000"]);
  assertEquals([0.1234, -0.0001].map((delta) => textDeltaText("macro_f1", delta)), ["+0.123", "0.000"]);
});

/** Right on the first examples of 60, of two classes; the answers after those are the texts of no class. */
const classed = (right: number, seed: number) =>
  madeUpTexts({
    good: Array.from({ length: 60 }, (_, i) => i < right ? 1 : 0.5),
    classes: Array.from({ length: 60 }, (_, i) => i < right ? (i % 2 === 1 ? "good" : "bad") : null),
    seed,
  });

Deno.test("sweeps of generated classes are compared by variants, each under its name, by the metrics of classes", () => {
  const side = (source: string, rights: readonly number[], variants: readonly string[]) => ({
    source,
    groups: groupBySeed(
      new Map(
        variants.flatMap((variant) =>
          rights.map((
            right,
            seed,
          ): [string, TextRunRecord] => [`${variant},seed=${seed}`, classed(right, seed)])
        ),
      ),
    ),
  });
  const found = textDiffsOf(
    side("a", [20, 24], ["length=1", "length=5", "length=9"]),
    side("b", [50, 54], ["length=1", "length=5"]),
    0.05,
  );
  const markdown = textDiffMarkdown(found);
  const headings = markdown.split("\n").filter((line) => line.startsWith("## "));
  assertEquals(headings, ["## length=1", "## length=5"]);
  assertStringIncludes(markdown, "Only in A: `length=9`");
  assertStringIncludes(markdown, "texts with another answer of the first runs");
  assertStringIncludes(markdown, "| macro F1 |");
  assert(/\| illegal answers \|.*\| description \|/.test(markdown), markdown);
  assert(!markdown.includes("| exact match |") && !markdown.includes("-0.0 "), markdown);
  const [first] = found.comparisons;
  assertStringIncludes(
    textPairedSentence(first!).en,
    "60 test examples paired by id; 2 runs in A, 2 runs in B, paired by seed.",
  );
  assertEquals(textMetricRows(first!)[0]!.slice(0, 4), ["accuracy", "36.7% ± 4.7", "86.7% ± 4.7", "+50.0"]);
});
