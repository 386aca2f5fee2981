import type { MetricsFile } from "../results/metrics_file.ts";

/** The headers of what a table at the terminal says of a complete run. */
export const RESULT_HEADER = ["test accuracy", "95% interval", "validation", "seconds"] as const;

/** What a table at the terminal says of a complete run. */
export function resultCells({ test, validation, seconds }: MetricsFile): string[] {
  return [
    percent(test.accuracy.value),
    test.accuracy.interval.map((share) => (100 * share).toFixed(1)).join(" to "),
    validation ? percent(validation.accuracy.value) : "",
    seconds.toFixed(1),
  ];
}

/** A share in per cent: `75.4%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
