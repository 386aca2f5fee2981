import { percent } from "../base/percent.ts";
import type { MetricsFile } from "../results/metrics_file.ts";

/** The headers of a complete run's cells in a terminal table. */
export const RESULT_HEADER = ["test accuracy", "95% interval", "validation", "seconds"] as const;

/** A complete run's cells in a terminal table. */
export function resultCells({ test, validation, seconds }: MetricsFile): string[] {
  return [
    percent(test.accuracy.value),
    test.accuracy.interval.map((share) => (100 * share).toFixed(1)).join(" to "),
    validation ? percent(validation.accuracy.value) : "",
    seconds.toFixed(1),
  ];
}
