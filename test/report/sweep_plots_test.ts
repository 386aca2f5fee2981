import { assertEquals } from "@std/assert";
import { sweepPlots } from "../../src/report/sweep_plots.ts";
import { summarize } from "../../src/results/summarize.ts";
import type { Summary, SummaryRow } from "../../src/results/summary.ts";

function summary(...settings: Record<string, unknown>[]): Summary {
  return summarize(
    "x",
    settings.map((one, i): SummaryRow => {
      const { accuracy, ...rest } = one;
      const test = {
        accuracy: { value: accuracy, interval: [0, 1] },
        macro_f1: 0,
        loss: 0,
        expected_calibration_error: 0,
        illegal_rate: 0,
      };
      return {
        experiment: "x",
        variant: `${i}`,
        settings: rest,
        seed: Number(rest.seed ?? 0),
        status: "complete",
        folder: `${i}`,
        metrics: { status: "complete", test } as unknown as NonNullable<SummaryRow["metrics"]>,
      };
    }),
  );
}

Deno.test("each numeric key has a plot, with a line for each combination of the others", () => {
  const plots = sweepPlots(summary(
    { "prompt.length": 20, "prompt.initialization.from": "random", seed: 0, accuracy: 0.7 },
    { "prompt.length": 1, "prompt.initialization.from": "random", seed: 0, accuracy: 0.5 },
    { "prompt.length": 1, "prompt.initialization.from": "random", seed: 1, accuracy: 0.6 },
    { "prompt.length": 1, "prompt.initialization.from": "vocabulary", seed: 0, accuracy: 0.65 },
  ));
  assertEquals(plots.map(({ key, log }) => [key, log]), [["prompt.length", true]]);
  assertEquals(plots[0]!.means.map(({ x, mean, series }) => [x, Number(mean.toFixed(3)), series]), [
    [1, 0.55, "initialization.from=random"],
    [1, 0.65, "initialization.from=vocabulary"],
    [20, 0.7, "initialization.from=random"],
  ]);
  assertEquals(plots[0]!.points.length, 4);
});

Deno.test("the axis of a learning rate is logarithmic, however near its values are; that of a share is not", () => {
  const key = "training.optimizer.learningRate";
  const plots = sweepPlots(summary(
    { [key]: 0.01, "dataset.validation": 0.1, seed: 0, accuracy: 0.7 },
    { [key]: 0.02, "dataset.validation": 0.2, seed: 0, accuracy: 0.8 },
  ));
  assertEquals(plots.map(({ key, log }) => [key, log]), [[key, true], ["dataset.validation", false]]);
});

Deno.test("keys of one value, of words and the seed have no plot", () => {
  assertEquals(
    sweepPlots(summary(
      { "prompt.length": 5, "training.optimizer.name": "sgd", seed: 0, accuracy: 0.7 },
      { "prompt.length": 5, "training.optimizer.name": "adamw", seed: 1, accuracy: 0.7 },
    )),
    [],
  );
});
