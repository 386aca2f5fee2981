import type { TextMetricName } from "../evaluation/text_metric_names.ts";
import type { MetricComparison } from "./compare.ts";
import type { GateMetric } from "./gate_metrics.ts";
import type { TextDiff, TextDiffs } from "./text_diff.ts";
import { TEXT_METRIC_NAMES, textMetricEntries, textMetricText } from "./text_wording.ts";

/**
 * What got worse of the metrics that may fail a gate, with both sides' values.
 *
 * @returns for example `exact match (80.0% to 60.0%)`; in a diff of several variants `exact match of length=5 (80.0% to 60.0%)`
 */
export function textRegressions({ comparisons }: TextDiffs, gate: readonly GateMetric[]): string[] {
  return comparisons.flatMap(({ variant, metrics }) =>
    gatedTextMetrics(metrics, gate).flatMap(({ title, values, name, metric: { verdict, a, b } }) => {
      if (verdict !== "worse") return [];
      const where = variant === "" ? "" : ` of ${variant}`;
      return [`${title}${where} (${values}${textMetricText(name, a)} to ${textMetricText(name, b)})`];
    })
  );
}

/** The metrics that are compared, as a gate names them. */
export function textGateMetrics({ comparisons }: TextDiffs): string[] {
  const names = comparisons.flatMap(({ metrics }) => Object.keys(metrics));
  return names.includes("loss") ? [...names, "perplexity"] : names;
}

/** A metric of a comparison that a gate is about. */
export interface GatedTextMetric {
  /** What the gate calls it: the loss stands for the perplexity, too, … */
  readonly title: string;
  /** … whose values are then those of the loss. */
  readonly values: string;
  readonly name: TextMetricName;
  readonly metric: MetricComparison;
}

/** The metrics of a comparison that a gate is about. */
export function gatedTextMetrics(
  metrics: TextDiff["metrics"],
  gate: readonly GateMetric[],
): GatedTextMetric[] {
  return textMetricEntries(metrics).flatMap(([name, metric]) => {
    const titles = [
      ...(gate.some((one) => one === name) ? [TEXT_METRIC_NAMES[name]] : []),
      ...(name === "loss" && gate.includes("perplexity") ? ["perplexity"] : []),
    ];
    return titles.map((title): GatedTextMetric => {
      const values = title === TEXT_METRIC_NAMES[name] ? "" : `${TEXT_METRIC_NAMES[name]} `;
      return { title, values, name, metric };
    });
  });
}
