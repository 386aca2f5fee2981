import { assertEquals } from "@std/assert";
import { measureGeneratedClasses } from "../../src/evaluation/generated_classes.ts";
import { textMetricsFault, textPredictionFault } from "../../src/results/check_scores.ts";
import type { TextMetricsFile, TextPartMetrics } from "../../src/results/run_files.ts";

const CLASSES = ["bad", "good"];
const { accuracy, macro_f1, per_class, confusion, illegal_rate } = measureGeneratedClasses([
  { label: "bad", predicted: "bad" },
  { label: "good", predicted: null },
  { label: "good", predicted: "bad" },
], CLASSES);
const FREE: TextPartMetrics = { examples: 3, loss: 1, perplexity: { value: Math.E, interval: null } };
const CLASSED: TextPartMetrics = {
  ...FREE,
  accuracy: { value: accuracy.value, interval: [...accuracy.interval] },
  macro_f1,
  per_class,
  confusion,
  illegal_rate,
};
const metrics = (test: TextPartMetrics): TextMetricsFile => ({
  status: "complete",
  answers: "texts",
  best_step: 0,
  seconds: 1,
  examples_per_second: 1,
  truncated: { train: 0, validation: 0, test: 0, samples: 0, answers: 0 },
  test,
});

Deno.test("metrics of generated texts have those of classes where there are classes, and these fit", () => {
  assertEquals(textMetricsFault(metrics(FREE), []), undefined);
  assertEquals(textMetricsFault(metrics(CLASSED), CLASSES), undefined);
  assertEquals(
    textMetricsFault(metrics(FREE), CLASSES),
    "'test.accuracy' is missing, and the run has the classes bad, good",
  );
  assertEquals(
    textMetricsFault(metrics(CLASSED), []),
    "'test.accuracy' is there, and the run has no classes",
  );
  const lost = { ...confusion, counts: [[1, 0], [0, 0]] };
  assertEquals(
    textMetricsFault(metrics({ ...CLASSED, confusion: lost }), CLASSES),
    "'test.confusion.counts' adds up to 1, and 'examples' is 2",
  );
});

Deno.test("predictions of generated texts name classes where there are classes", () => {
  assertEquals(textPredictionFault({}, []), undefined);
  assertEquals(textPredictionFault({ label: "bad", predicted: null }, CLASSES), undefined);
  assertEquals(
    textPredictionFault({ label: "bad", predicted: "fine" }, CLASSES),
    `'predicted' is "fine", and the run's classes are bad, good`,
  );
  assertEquals(
    textPredictionFault({ predicted: "bad" }, CLASSES),
    "'label' is missing, and the run's classes are bad, good",
  );
  assertEquals(textPredictionFault({ label: "bad" }, [])?.startsWith(`'label' is "bad"`), true);
});
