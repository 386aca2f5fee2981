import type { MetricName } from "../evaluation/metric_names.ts";
import type { Comparison } from "./compare.ts";
import { deltaText, METRIC_NAMES, pText, sideText } from "./wording.ts";

/** A comparison in one line: its accuracy, and what else got better or worse. */
export interface OverviewRow {
  readonly variant: string;
  /** A, B, their difference, its interval, p after Holm, the verdict. */
  readonly accuracy: readonly [string, string, string, string, string, string];
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

/** Several comparisons, a line each. */
export function overview(comparisons: readonly Comparison[]): OverviewRow[] {
  return comparisons.map(({ variant, metrics }) => {
    const metric = metrics.accuracy!, [low, high] = metric.interval;
    const others = Object.entries(metrics).filter(([name, { verdict }]) =>
      name !== "accuracy" && verdict !== "no evidence either way"
    );
    return {
      variant,
      accuracy: [
        sideText("accuracy", metric, "a"),
        sideText("accuracy", metric, "b"),
        deltaText("accuracy", metric.delta),
        `${deltaText("accuracy", low)} to ${deltaText("accuracy", high)}`,
        pText(metric.p_adjusted),
        metric.verdict,
      ],
      others: others.map(([name, { verdict }]) => `${METRIC_NAMES[name as MetricName]} ${verdict}`).join(
        ", ",
      ),
    };
  });
}
