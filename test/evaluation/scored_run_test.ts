import { assertAlmostEquals, assertEquals } from "@std/assert";
import { measure } from "../../src/evaluation/metrics.ts";
import { indexOfLargest, softmax } from "../../src/evaluation/softmax.ts";
import { byMetric } from "../../src/evaluation/metric_names.ts";
import { ResampledSums } from "../../src/evaluation/resampled_sums.ts";
import { ScoredRun } from "../../src/evaluation/scored_run.ts";
import { TOGETHER } from "../../src/evaluation/sum_kernel.ts";
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

Deno.test("resamples that are measured together have the same bits as each alone", () => {
  const runs = [
    new ScoredRun(scored.map((one) => ({ ...one, illegal: false })), 3),
    new ScoredRun(scored, 4),
  ];
  const sums = new ResampledSums(200, runs.map(({ groups }) => groups));
  for (let round = 0; round < 2; round++) {
    sums.clear();
    const resamples = Array.from({ length: TOGETHER }, () => new Int32Array(200));
    for (const [r, counts] of resamples.entries()) {
      for (let i = 0; i < 200; i++) {
        const example = stream.integer(200);
        counts[example]!++;
        sums.add(r, example);
      }
    }
    for (const [i, run] of runs.entries()) {
      const values = byMetric(() => new Float64Array(2 * TOGETHER));
      run.measureSums(sums.sum(i), sums.totals, values, TOGETHER);
      for (const [r, counts] of resamples.entries()) {
        assertEquals(byMetric((metric) => values[metric][TOGETHER + r]), run.measure(counts));
      }
    }
  }
});

Deno.test("losses and gaps are added in the order of the examples, without those that were not drawn", () => {
  const counts = Int32Array.from(scored, () => stream.integer(3));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const found = new ScoredRun(scored, 3).measure(counts);
  let loss = 0;
  const gaps = new Float64Array(10);
  for (const [i, { label, predicted, probabilities }] of scored.entries()) {
    if (counts[i] === 0) continue;
    loss += counts[i]! * -Math.log(probabilities[label]!);
    const confidence = probabilities[predicted]!;
    gaps[Math.floor(10 * confidence)]! += counts[i]! * (confidence - Number(label === predicted));
  }
  assertEquals(found.loss, loss / total);
  assertEquals(found.expected_calibration_error, gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total);
});
