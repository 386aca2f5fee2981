import { TEXT_METRICS, type TextMetricName } from "../evaluation/text_metric_names.ts";
import type { MetricComparison } from "./compare.ts";
import type { MetricRow } from "./metric_row.ts";
import type { TextDiff } from "./text_diff.ts";

/** The metrics' display names. */
export const TEXT_METRIC_NAMES: Readonly<Record<TextMetricName, string>> = {
  accuracy: "accuracy",
  macro_f1: "macro F1",
  exact_match: "exact match",
  token_f1: "token F1",
  rouge_l: "ROUGE-L",
  loss: "loss",
  illegal_rate: "illegal answers",
};

/** Metrics that are no shares of examples. */
const PLAIN = new Set<TextMetricName>(["macro_f1", "loss"]);

/** Whether a metric is no share of examples, whose differences would be points. */
export function isPlainTextMetric(metric: TextMetricName): boolean {
  return PLAIN.has(metric);
}

/** A value of a metric: `75.4%`, `0.523`. */
export function textMetricText(metric: TextMetricName, value: number): string {
  return PLAIN.has(metric) ? value.toFixed(3) : `${(100 * value).toFixed(1)}%`;
}

/** A difference of a metric with its sign and without a unit: `+2.3` points for shares, `-0.012` for others. */
export function textDeltaText(metric: TextMetricName, delta: number): string {
  const text = isPlainTextMetric(metric) ? delta.toFixed(3) : (100 * delta).toFixed(1);
  return Number(text) === 0 ? text.replace("-", "") : delta > 0 ? `+${text}` : text;
}

/** The metrics that were compared, in their order. */
export function textMetricEntries(
  metrics: TextDiff["metrics"],
): (readonly [TextMetricName, MetricComparison])[] {
  return TEXT_METRICS.flatMap((name) => {
    const metric = metrics[name];
    return metric === undefined ? [] : [[name, metric] as const];
  });
}

/** The cells of each metric: its name, both sides, the difference with its interval, the p-values and the verdict. */
export function textMetricRows({ metrics }: TextDiff): string[][] {
  return textMetricEntries(metrics).map(([name, metric]) => textMetricCells(name, metric));
}

/** The cells of a metric, as text. */
export function textMetricCells(
  name: TextMetricName,
  { a, b, a_sd, b_sd, delta, interval, p, p_adjusted, verdict }: MetricComparison,
): MetricRow {
  const change = (one: number) => textDeltaText(name, one);
  const value = (one: number, sd: number | null) =>
    `${textMetricText(name, one)}${sd === null ? "" : ` ± ${change(sd).replace("+", "")}`}`;
  const probability = (one: number) => one < 0.001 ? "< 0.001" : one.toFixed(3);
  return [
    TEXT_METRIC_NAMES[name],
    value(a, a_sd),
    value(b, b_sd),
    change(delta),
    interval.map(change).join(" to "),
    probability(p),
    p_adjusted === null ? "–" : probability(p_adjusted),
    verdict,
  ];
}
