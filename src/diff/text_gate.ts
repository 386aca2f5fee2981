import type { GateMetric } from "./gate_metrics.ts";
import type { TextDiffs } from "./text_diff.ts";
import { TEXT_METRIC_NAMES, textMetricEntries, textMetricText } from "./text_wording.ts";

/**
 * What got worse of the metrics that may fail a gate, with both sides' values.
 *
 * @returns for example `exact match (80.0% to 60.0%)`; in a diff of several variants `exact match of length=5 (80.0% to 60.0%)`
 */
export function textRegressions({ comparisons }: TextDiffs, gate: readonly GateMetric[]): string[] {
  return comparisons.flatMap(({ variant, metrics }) =>
    textMetricEntries(metrics).flatMap(([name, { verdict, a, b }]) => {
      const isAsked = gate.some((one) => one === name || one === "perplexity" && name === "loss");
      if (verdict !== "worse" || !isAsked) return [];
      const where = variant === "" ? "" : ` of ${variant}`;
      return [
        `${TEXT_METRIC_NAMES[name]}${where} (${textMetricText(name, a)} to ${textMetricText(name, b)})`,
      ];
    })
  );
}

/** The metrics that are compared, as a gate names them. */
export function textGateMetrics({ comparisons }: TextDiffs): string[] {
  const names = comparisons.flatMap(({ metrics }) => Object.keys(metrics));
  return names.includes("loss") ? [...names, "perplexity"] : names;
}
