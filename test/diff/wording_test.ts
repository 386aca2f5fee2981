import { assertEquals } from "@std/assert";
import { compare, type Comparison } from "../../src/diff/compare.ts";
import {
  brokenText,
  deltaText,
  detectableSentence,
  fixedText,
  illegalSentence,
  metricHeader,
  metricText,
  pairedSentence,
  valueText,
} from "../../src/diff/wording.ts";
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
  assertEquals([0.0134, -0.0001, 1e-17].map((delta) => deltaText("loss", delta)), [
    "+0.013",
    "0.000",
    "0.000",
  ]);
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
    said({ paired: 1, unclear: 1 }),
    "1 test example paired by id (1 text that occurs a different number of times, excluded); 1 run in A, 1 run in B.",
  );
  assertEquals(
    said({ changed: 3 }),
    "8 test examples paired by id (3 with a different text, excluded); 1 run in A, 1 run in B.",
  );
});

/** Two runs on a number of examples, of which each gets the listed ones wrong. */
function twoRuns(examples: number, wrongA: readonly number[], wrongB: readonly number[]): Comparison {
  const group = (wrong: readonly number[]) => ({
    name: "",
    runs: [madeUpRun({
      good: Array.from({ length: examples }, (_, i) => (i % 2 === 1) !== wrong.includes(i) ? 0.8 : 0.2),
    })],
  });
  return compare([{ variant: "", a: group(wrongA), b: group(wrongB) }], {
    alpha: 0.05,
    resamples: 1000,
    seed: 0,
  })[0]!;
}

Deno.test("a difference that the test set could not show is not said to be detectable", () => {
  const said = (...runs: Parameters<typeof twoRuns>) => detectableSentence(twoRuns(...runs), 0.05).en;
  const nothing = (examples: string) =>
    `${examples} cannot tell anything about accuracy: even the largest difference that is possible here would hardly be detected.`;
  assertEquals(said(1, [0], []), nothing("1 test example"));
  assertEquals(said(4, [0, 1], []), nothing("4 test examples"));
  assertEquals(said(4, [], []), nothing("4 test examples"));
  // Six of ten flips are needed, and A can only lose or win five.
  assertEquals(said(10, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]), nothing("10 test examples"));
  assertEquals(
    said(100, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
    "A difference in accuracy of 6.0 points or more would have been detected with 80% probability; this comparison says little about smaller ones.",
  );
});

Deno.test("flips are counted in words", () => {
  const flip = {
    id: "1",
    text: "t",
    label: "x",
    a: { predicted: "y", probability: 1 },
    b: { predicted: "x", probability: 1 },
  };
  const flips = { fixed: [flip], broken: [] };
  assertEquals([fixedText(flips), brokenText(flips)], [
    "1 prediction fixed (wrong in A, right in B)",
    "0 predictions broken (right in A, wrong in B)",
  ]);
});

Deno.test("illegal answers are explained where there are any", () => {
  const one = twoRuns(8, [0], [1]);
  assertEquals(illegalSentence({ comparisons: [one] }), undefined);
  const { illegal_rate: rate } = one.metrics;
  const some = { ...one, metrics: { ...one.metrics, illegal_rate: { ...rate!, b: 0.5 } } };
  assertEquals(
    illegalSentence({ comparisons: [one, some] })?.en.startsWith("Illegal answers are a description"),
    true,
  );
});
