import { assertAlmostEquals, assertEquals } from "@std/assert";
import { measure } from "../../src/evaluation/metrics.ts";
import { indexOfLargest, softmax } from "../../src/evaluation/softmax.ts";
import { ScoredRun } from "../../src/evaluation/scored_run.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

const stream = new RandomStream(0, "test");
const CLASSES = ["a", "b", "c"];
const logits = Array.from({ length: 200 }, () => CLASSES.map(() => stream.uniform(-2, 2)));
const labels = logits.map(() => stream.integer(3));
const scored = logits.map((row, i) => ({
  label: labels[i]!,
  predicted: indexOfLargest(row),
  probabilities: softmax(row),
  illegal: i % 4 === 0,
}));

Deno.test("a scored run measures what the metrics of a run's results measure", () => {
  const found = new ScoredRun(scored, 3).measure(new Int32Array(200).fill(1));
  const whole = measure(logits, labels, CLASSES);
  assertAlmostEquals(found.accuracy, whole.accuracy.value);
  assertAlmostEquals(found.macro_f1, whole.macro_f1);
  assertAlmostEquals(found.loss, whole.loss);
  assertAlmostEquals(found.expected_calibration_error, whole.expected_calibration_error);
  assertEquals(found.illegal_rate, 0.25);
});

Deno.test("a resample is measured as if its examples were written out", () => {
  const counts = Int32Array.from(scored, () => stream.integer(4));
  const drawn = scored.flatMap((_, i) => Array.from({ length: counts[i]! }, () => i));
  const found = new ScoredRun(scored, 3).measure(counts);
  const whole = measure(drawn.map((i) => logits[i]!), drawn.map((i) => labels[i]!), CLASSES);
  assertAlmostEquals(found.macro_f1, whole.macro_f1);
  assertAlmostEquals(found.expected_calibration_error, whole.expected_calibration_error);
});
