import { IS_HIGHER_BETTER, type JudgedMetric, type MetricName, METRICS } from "../evaluation/metric_names.ts";
import { IS_HIGHER_TEXT_METRIC_BETTER, type JudgedTextMetric } from "../evaluation/text_metric_names.ts";
import type { EnsembleRow, PartMetrics, SummaryFile, SummaryRow, TextPartMetrics } from "./run_files.ts";

export type { EnsembleRow, Spread, SummaryGroup, SummaryRow } from "./run_files.ts";

/** A summary as this version makes it; one that was read without ensembles has an empty list. */
export interface Summary extends SummaryFile {
  readonly ensembles: readonly EnsembleRow[];
}

/** The format of `summary.json`. */
export const SUMMARY_FORMAT = "softprompt-summary/1";

/** The metrics that generated texts alone have. */
export const TEXT_ONLY_METRICS = ["exact_match", "token_f1", "rouge_l", "perplexity"] as const;

/** A metric in a summary. */
export type SummaryMetric = MetricName | typeof TEXT_ONLY_METRICS[number];

/** All metrics in summaries, in the order of their columns. */
export const SUMMARY_METRICS: readonly SummaryMetric[] = [...METRICS, ...TEXT_ONLY_METRICS];

/** A metric that the best variant is chosen by. */
export type RankedBy = JudgedMetric | JudgedTextMetric;

/** Whether higher values of each are better. */
export const IS_HIGHER_RANKED_BETTER: Readonly<Record<RankedBy, boolean>> = {
  ...IS_HIGHER_BETTER,
  ...IS_HIGHER_TEXT_METRIC_BETTER,
};

/** The value of a metric of a part; `undefined` where it has none. */
export function metricValue(part: PartMetrics | TextPartMetrics, metric: SummaryMetric): number | undefined {
  const all: Partial<TextPartMetrics & PartMetrics> = part;
  const found = all[metric];
  return (typeof found === "object" ? found.value : found) ?? undefined;
}

/** The interval of a metric of a part; `undefined` where the part does not have the metric, null where that has no interval. */
export function metricInterval(
  part: PartMetrics | TextPartMetrics,
  metric: "accuracy" | "exact_match" | "perplexity",
): readonly number[] | null | undefined {
  const all: Partial<TextPartMetrics & PartMetrics> = part;
  return all[metric]?.interval;
}

/** The settings of a run without its seed. */
export function withoutSeed(settings: SummaryRow["settings"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== "seed"));
}

/** What runs that differ only in the seed have in common. */
export function groupKey({ experiment, settings }: Pick<SummaryRow, "experiment" | "settings">): string {
  return JSON.stringify([experiment, withoutSeed(settings)]);
}
