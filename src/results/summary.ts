import type { MetricName } from "../evaluation/metric_names.ts";
import type { EnsembleRow, PartMetrics, SummaryFile, SummaryRow } from "./run_files.ts";

export type { EnsembleRow, Spread, SummaryGroup, SummaryRow } from "./run_files.ts";

/** A summary as this version makes it; one that was read without ensembles has an empty list. */
export interface Summary extends SummaryFile {
  readonly ensembles: readonly EnsembleRow[];
}

/** The format of `summary.json`. */
export const SUMMARY_FORMAT = "softprompt-summary/1";

/** The value of a metric of a part; `undefined` where it has none. */
export function metricValue(part: PartMetrics, metric: MetricName): number | undefined {
  return metric === "accuracy" ? part.accuracy.value : part[metric];
}

/** The settings of a run without its seed. */
export function withoutSeed(settings: SummaryRow["settings"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== "seed"));
}

/** What runs that differ only in the seed have in common. */
export function groupKey({ experiment, settings }: Pick<SummaryRow, "experiment" | "settings">): string {
  return JSON.stringify([experiment, withoutSeed(settings)]);
}
