import { assertAlmostEquals, assertEquals } from "@std/assert";
import { measure, wilsonInterval } from "../../src/evaluation/metrics.ts";
import { ScoredRun } from "../../src/evaluation/scored_run.ts";
import { indexOfLargest, softmax } from "../../src/evaluation/softmax.ts";

Deno.test("Wilson's interval is that of Newcombe's examples (1998, table I)", () => {
  for (
    const [right, total, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const
  ) {
    const interval = wilsonInterval(right, total);
    assertAlmostEquals(interval[0], low, 5e-5);
    assertAlmostEquals(interval[1], high, 5e-5);
  }
});

/** Logits of these probabilities of the second class. */
const logits = (...probabilities: number[]) => probabilities.map((p) => [Math.log(1 - p), Math.log(p)]);

Deno.test("metrics are what they are by hand", () => {
  const found = measure(logits(0.9, 0.8, 0.3, 0.6), [1, 1, 1, 0], ["negative", "positive"]);
  assertEquals(found.accuracy.value, 0.5);
  assertEquals(found.confusion.counts, [[0, 1], [1, 2]]);
  assertEquals(found.per_class, {
    negative: { precision: 0, recall: 0, support: 1 },
    positive: { precision: 2 / 3, recall: 2 / 3, support: 3 },
  });
  assertAlmostEquals(found.macro_f1, 1 / 3);
  assertAlmostEquals(found.loss, -(Math.log(0.9) + Math.log(0.8) + Math.log(0.3) + Math.log(0.4)) / 4);
  // Confidences 0.9 and 0.8 right, 0.7 and 0.6 wrong, each in a bin of its own.
  assertAlmostEquals(found.expected_calibration_error, (0.1 + 0.2 + 0.7 + 0.6) / 4);
});

Deno.test("several classes are measured too", () => {
  const found = measure([[3, 1, 0], [0, 2, 1], [1, 0, 5], [4, 0, 0]], [0, 1, 2, 1], ["a", "b", "c"]);
  assertEquals(found.confusion.counts, [[1, 0, 0], [1, 1, 0], [0, 0, 1]]);
  assertEquals(found.accuracy.value, 0.75);
});

Deno.test("softmax does not overflow, and the first of equals is the largest", () => {
  assertEquals(softmax([1000, 1000]), [0.5, 0.5]);
  assertEquals(indexOfLargest([1, 3, 3]), 1);
});

Deno.test("macro F1 is over the classes that have examples or are predicted, as scikit-learn's", () => {
  const rows = (...predicted: number[]) => predicted.map((c) => [0, 1, 2].map((i) => i === c ? 3 : 0));
  const f1 = (labels: number[], predicted: number[]) => {
    const probabilities = [1, 1, 1];
    const scored = predicted.map((c, i) => ({
      label: labels[i]!,
      predicted: c,
      probabilities,
      illegal: false,
    }));
    const { macro_f1 } = measure(rows(...predicted), labels, ["__proto__", "constructor", "c"]);
    assertAlmostEquals(
      new ScoredRun(scored, 3).measure(new Int32Array(labels.length).fill(1)).macro_f1,
      macro_f1,
    );
    return macro_f1;
  };
  // sklearn.metrics.f1_score(labels, predicted, average="macro")
  assertAlmostEquals(f1([0, 0, 1, 1], [0, 1, 1, 1]), 0.7333333333333334);
  assertAlmostEquals(f1([0, 0, 1, 1], [0, 2, 1, 1]), 0.5555555555555555);
  assertEquals(f1([0, 0], [0, 0]), 1);
});

Deno.test("Wilson's interval begins at 0 where nothing is correct, and ends at 1 where all is", () => {
  for (let total = 1; total <= 3000; total++) {
    assertEquals([wilsonInterval(0, total)[0], wilsonInterval(total, total)[1]], [0, 1], `${total}`);
  }
});
