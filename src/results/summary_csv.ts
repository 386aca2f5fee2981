import { METRICS } from "../evaluation/metric_names.ts";
import { stringify } from "@std/csv/stringify";
import type { EnsembleRow, Summary, SummaryRow } from "./summary.ts";
import { cellOf } from "./csv_cell.ts";
import { areOfClasses } from "./metrics_file.ts";
import { groupKey, metricValue, SUMMARY_METRICS, TEXT_ONLY_METRICS, withoutSeed } from "./summary.ts";

/**
 * `summary.csv`: one row per run, with the swept keys, the metrics of both parts, and the mean and standard deviation of the test
 * accuracy over the seeds of its group. A row for each ensemble follows, with those of its members. The metrics that generated texts
 * alone have are at the end, where a run has them.
 */
export function summaryCsv(summary: Summary): string {
  const { rows, groups, ensembles, best } = summary;
  const keys = [...new Set(rows.flatMap(({ settings }) => Object.keys(withoutSeed(settings))))];
  const textOnly = TEXT_ONLY_METRICS.filter((metric) =>
    rows.some(({ metrics }) => metrics && metricValue(metrics.test, metric) !== undefined)
  );
  const columns = [
    "experiment",
    "variant",
    ...keys,
    "seed",
    "status",
    ...METRICS.map((metric) => `test_${metric}`),
    "test_accuracy_low",
    "test_accuracy_high",
    ...METRICS.map((metric) => `validation_${metric}`),
    "best_step",
    "seconds",
    "trained_parameters",
    "seeds",
    "test_accuracy_mean",
    "test_accuracy_sd",
    "test_accuracy_mean_low",
    "test_accuracy_mean_high",
    "best_by_validation",
    "error",
    "time",
    ...textOnly.flatMap((metric) => [`test_${metric}`, `validation_${metric}`]),
    ...textOnly.flatMap((metric) => [`test_${metric}_mean`, `test_${metric}_sd`]),
  ];
  const places = new Map(groups.map((group, i) => [groupKey(group), i]));
  const cells = (row: SummaryRow): Record<string, unknown> => {
    const at = places.get(groupKey(row)) ?? -1;
    const group = groups[at];
    const { metrics } = row;
    const [low, high] = metrics && areOfClasses(metrics) ? metrics.test.accuracy.interval : [];
    const meansOfTexts = textOnly.flatMap((metric) => [
      [`test_${metric}_mean`, group?.test[metric]?.mean],
      [`test_${metric}_sd`, group?.test[metric]?.sd],
    ]);
    return {
      ...row.settings,
      experiment: row.experiment,
      variant: row.variant,
      seed: row.seed,
      status: row.status,
      ...partCells("test", row),
      ...partCells("validation", row),
      test_accuracy_low: low,
      test_accuracy_high: high,
      best_step: metrics?.best_step,
      seconds: metrics?.seconds,
      trained_parameters: metrics?.parameters?.trained,
      seeds: group?.seeds.length ?? 0,
      test_accuracy_mean: group?.test.accuracy?.mean,
      test_accuracy_sd: group?.test.accuracy?.sd,
      test_accuracy_mean_low: group?.test.accuracy?.interval?.[0],
      test_accuracy_mean_high: group?.test.accuracy?.interval?.[1],
      best_by_validation: group !== undefined && at === best,
      error: row.error,
      time: row.time,
      ...Object.fromEntries(meansOfTexts),
    };
  };
  const ensembleCells = (row: EnsembleRow): Record<string, unknown> => ({
    ...cells(row),
    seed: "ensemble",
    seeds: row.ensemble?.members.length,
    test_accuracy_mean: row.ensemble?.average,
    test_accuracy_sd: row.ensemble?.sd,
    best_by_validation: undefined,
  });
  const lines = [...rows.map(cells), ...ensembles.map(ensembleCells)]
    .map((all) => columns.map((column) => cellOf(all[column])));
  return stringify([columns.map(cellOf), ...lines]);
}

function partCells(part: "test" | "validation", { metrics }: SummaryRow): Record<string, number> {
  const found = metrics?.[part];
  return found === undefined ? {} : Object.fromEntries(SUMMARY_METRICS.flatMap((metric) => {
    const value = metricValue(found, metric);
    return value === undefined ? [] : [[`${part}_${metric}`, value]];
  }));
}
