import { metricEntries } from "../evaluation/metric_names.ts";
import type { Comparison } from "./compare.ts";
import type { Diff } from "./diff.ts";
import type { GateMetric } from "./gate_metrics.ts";
import { METRIC_NAMES, metricText } from "./wording.ts";

/**
 * What got worse of the metrics that may fail a gate, with both sides' values.
 *
 * @returns for example `accuracy (80.0% to 60.0%)`; in a diff of several variants `accuracy of length=5 (80.0% to 60.0%)`
 */
export function regressions(
  { comparisons }: Pick<Diff, "comparisons">,
  gate: readonly GateMetric[],
): string[] {
  return comparisons.flatMap((comparison) => regressionsIn(comparison, gate));
}

function regressionsIn({ variant, metrics }: Comparison, gate: readonly GateMetric[]): string[] {
  return metricEntries(metrics).flatMap(([name, { verdict, a, b }]) => {
    if (verdict !== "worse" || !gate.some((one) => one === name)) return [];
    const where = variant === "" ? "" : ` of ${variant}`;
    return [`${METRIC_NAMES[name]}${where} (${metricText(name, a)} to ${metricText(name, b)})`];
  });
}
