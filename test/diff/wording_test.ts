import { assertEquals } from "@std/assert";
import { compare, type Comparison } from "../../src/diff/compare.ts";
import { deltaText, metricHeader, metricText, pairedSentence, valueText } from "../../src/diff/wording.ts";
import { madeUpRun } from "./runs.ts";

const GROUP = { name: "", runs: [madeUpRun({ good: [0.4, 0.6, 0.3, 0.8] })] };

Deno.test("fractions are shown in percent and their differences in points, other metrics unchanged", () => {
  assertEquals([metricText("accuracy", 0.7537), metricText("loss", 0.5234)], ["75.4%", "0.523"]);
  assertEquals([0.0231, -0.0231, 0, -0.0001].map((delta) => deltaText("accuracy", delta)), [
    "+2.3",
    "-2.3",
    "0.0",
    "0.0",
  ]);
  assertEquals([0.0134, -0.0001].map((delta) => deltaText("loss", delta)), ["+0.013", "0.000"]);
});

Deno.test("the interval's level is that of the tests", () => {
  assertEquals([metricHeader(0.05)[4], metricHeader(0.001)[4]], ["95% interval", "99.9% interval"]);
});

Deno.test("a value is shown in one line, also a missing one", () => {
  assertEquals([valueText(undefined), valueText("a b"), valueText([1, 2])], ["(none)", "a b", "[1,2]"]);
});

Deno.test("what paired the examples, and what was left out, is one sentence", () => {
  const pairs = { paired: 8, onlyInA: 0, onlyInB: 0, changed: 0, unclear: 0 };
  const comparison = {
    ...compare([{ variant: "", a: GROUP, b: GROUP }], { alpha: 0.05, resamples: 10, seed: 0 })[0]!,
  };
  const said = (changes: Partial<Comparison>) => pairedSentence({ ...comparison, ...pairs, ...changes }).en;
  assertEquals(said({}), "8 test examples paired by id; 1 run in A, 1 run in B.");
  assertEquals(
    said({ pairedBy: "text", onlyInB: 1, unclear: 2 }),
    "8 test examples paired by text, as their ids differ (1 only in B, 2 texts that occur a different number of times, excluded); 1 run in A, 1 run in B.",
  );
  assertEquals(
    said({ changed: 3 }),
    "8 test examples paired by id (3 with a different text, excluded); 1 run in A, 1 run in B.",
  );
});
