import { metricEntries } from "../evaluation/metric_names.ts";
import type { Comparison } from "./compare.ts";
import { isChange, type Verdict } from "./verdict.ts";
import { METRIC_NAMES, type MetricCells, metricCells } from "./wording.ts";

/** A comparison in one line: its accuracy, and the other metrics that got better or worse. In the order of the columns. */
export interface OverviewRow extends Omit<MetricCells, "p"> {
  readonly variant: string;
  readonly verdict: Verdict;
  readonly others: string;
}

/** The headers of an overview's columns. */
export const OVERVIEW_HEADER = [
  "variant",
  "accuracy A",
  "B",
  "difference",
  "interval",
  "p (Holm)",
  "verdict on B",
  "other metrics",
] as const;

/** Several comparisons, one line each. */
export function overview(comparisons: readonly Comparison[]): OverviewRow[] {
  return comparisons.map(({ variant, metrics }) => {
    const metric = metrics.accuracy!;
    const { p: _, ...cells } = metricCells("accuracy", metric);
    const others = metricEntries(metrics).filter(([name, { verdict }]) =>
      name !== "accuracy" && isChange(verdict)
    );
    return {
      variant,
      ...cells,
      verdict: metric.verdict,
      others: others.map(([name, { verdict }]) => `${METRIC_NAMES[name]} ${verdict}`).join(
        ", ",
      ),
    };
  });
}
