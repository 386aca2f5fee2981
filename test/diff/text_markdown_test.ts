import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { textDiffOf } from "../../src/diff/text_diff.ts";
import { textDiffMarkdown } from "../../src/diff/text_markdown.ts";
import { textDeltaText, textDetectableSentence } from "../../src/diff/text_sentences.ts";
import { madeUpSides, madeUpTexts } from "./answered_sides.ts";

Deno.test("a diff of free texts in Markdown has metrics, pairs, and texts side by side with bold differences", () => {
  const markdown = textDiffMarkdown(textDiffOf(...madeUpSides(), 0.05));
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
  const same = madeUpTexts([{ text: "a", target: "b", generated: "c" }, {
    text: "d",
    target: "e",
    generated: "e",
  }], 1);
  const bare = {
    ...same,
    predictions: same.predictions.map(({ generated: _, score: __, ...one }) => one),
  };
  const found = textDiffOf({ source: "a", run: same }, { source: "b", run: same }, 0.05);
  assertStringIncludes(textDetectableSentence(found).en, "The sides do not differ");
  assertStringIncludes(textDiffMarkdown(found), "Nothing differs in the experiments.");
  assertStringIncludes(textDiffMarkdown(found), "0 texts with another answer");
  const without = textDiffMarkdown(textDiffOf({ source: "a", run: same }, { source: "b", run: bare }, 0.05));
  assert(!without.includes("another answer") && !without.includes("McNemar"), without);
});

Deno.test("differences of shares are points, and what is rounded to nothing has no sign", () => {
  assertEquals([0.1234, -0.0001].map((delta) => textDeltaText("exact_match", delta)), ["+12.3", "0.0"]);
  assertEquals([0.1234, -0.0001].map((delta) => textDeltaText("loss", delta)), ["+0.123", "0.000"]);
});
