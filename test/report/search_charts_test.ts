import { assertEquals } from "@std/assert";
import { bestSoFarChart, parallelChart } from "../../src/report/search_charts.ts";
import type { SearchRecord } from "../../src/results/run_files.ts";

const trial = (variant: string, settings: Record<string, unknown>, ...values: readonly number[]) => ({
  variant,
  settings,
  content_hash: variant,
  steps: 9,
  rungs: values.map((value, i) => ({ step: [3, 9][i]!, value, loss: 1, seconds: 1 })),
});

const RECORD: SearchRecord = {
  format: "softprompt-search/1",
  method: "halving",
  metric: "accuracy",
  seed: 0,
  budget: { steps: 20 },
  space: [
    { key: "training.optimizer.learningRate", from: 0.01, to: 1, scale: "log" },
    { key: "prompt.initialization.from", values: ["random", "vocabulary", "labels"] },
  ],
  trials: [
    trial("a", { "training.optimizer.learningRate": 0.1, "prompt.initialization.from": "labels" }, 0.5),
    trial(
      "b",
      { "training.optimizer.learningRate": 1, "prompt.initialization.from": "vocabulary" },
      0.6,
      0.8,
    ),
    {
      ...trial("c", { "training.optimizer.learningRate": 0.01, "prompt.initialization.from": "random" }),
      failure: "no",
    },
  ],
  best: 1,
};

Deno.test("parallel coordinates: values lie on their keys' axes, on a logarithmic one by their logarithm", () => {
  const { axes, lines } = parallelChart(RECORD);
  assertEquals(axes.map(({ name }) => name), ["learningRate", "initialization.from", "accuracy"]);
  assertEquals(lines.map(({ name, at, kind }) => [name, at.map((one) => Number(one.toFixed(6))), kind]), [
    ["a", [0.5, 1, 0], "stopped"],
    ["b", [1, 0.5, 1], "best"],
  ]);
});

Deno.test("the best so far grows with the steps of all configurations, rung by rung", () => {
  const { points, isShare } = bestSoFarChart(RECORD);
  assertEquals(isShare, true);
  assertEquals(points.map(({ steps, value, best }) => [steps, value, best]), [[3, 0.5, 0.5], [6, 0.6, 0.6], [
    12,
    0.8,
    0.8,
  ]]);
  const byLoss = bestSoFarChart({ ...RECORD, metric: "loss" });
  assertEquals(byLoss.points.map(({ best }) => best), [0.5, 0.5, 0.5], "lower losses are better");
});
