import { assertEquals } from "@std/assert";
import { bestSoFarChart, parallelChart } from "../../src/report/search_charts.ts";
import { SEARCH_RECORD } from "./search_record.ts";

Deno.test("parallel coordinates: values lie on their keys' axes, on a logarithmic one by their logarithm", () => {
  const { axes, lines } = parallelChart(SEARCH_RECORD);
  assertEquals(axes.map(({ name }) => name), ["learningRate", "initialization.from", "accuracy"]);
  assertEquals(lines.map(({ name, at, kind }) => [name, at.map((one) => Number(one.toFixed(6))), kind]), [
    ["a", [0.5, 1, 0], "stopped"],
    ["b", [1, 0.5, 1], "best"],
  ]);
});

Deno.test("the best so far grows with the steps of all configurations, rung by rung", () => {
  const { points, isShare } = bestSoFarChart(SEARCH_RECORD);
  assertEquals(isShare, true);
  assertEquals(points.map(({ steps, value, best }) => [steps, value, best]), [[3, 0.5, 0.5], [6, 0.6, 0.6], [
    12,
    0.8,
    0.8,
  ]]);
  const byLoss = bestSoFarChart({ ...SEARCH_RECORD, metric: "loss" });
  assertEquals(byLoss.points.map(({ best }) => best), [0.5, 0.5, 0.5], "lower losses are better");
});
