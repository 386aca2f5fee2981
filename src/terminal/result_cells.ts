import { percent } from "../base/percent.ts";
import type { ClassedMetrics, CompleteMetrics, TextMetricsFile } from "../results/metrics_file.ts";

/** The headers of a complete run's cells in a terminal table. */
export const RESULT_HEADER = ["test accuracy", "95% interval", "validation", "seconds"] as const;

/** The cells of a complete run of classes in a terminal table. */
export function resultCells(
  { test, validation, seconds }: ClassedMetrics & Pick<CompleteMetrics, "seconds">,
): string[] {
  return [
    percent(test.accuracy.value),
    test.accuracy.interval.map((share) => (100 * share).toFixed(1)).join(" to "),
    validation ? percent(validation.accuracy.value) : "",
    seconds.toFixed(1),
  ];
}

/** The headers of the cells of a complete run whose answers are free texts. */
export const TEXT_RESULT_HEADER = [
  "exact match",
  "95% interval",
  "token F1",
  "ROUGE-L",
  "perplexity",
  "validation",
  "seconds",
] as const;

/** The cells of a complete run whose answers are free texts; that of the validation is its perplexity. */
export function textResultCells({ test, validation, seconds }: TextMetricsFile): string[] {
  const { exact_match, token_f1, rouge_l, perplexity } = test;
  return [
    exact_match ? percent(exact_match.value) : "",
    exact_match ? exact_match.interval.map((share) => (100 * share).toFixed(1)).join(" to ") : "",
    token_f1 ? percent(token_f1.value) : "",
    rouge_l ? percent(rouge_l.value) : "",
    perplexityText(perplexity.value),
    validation ? perplexityText(validation.perplexity.value) : "",
    seconds.toFixed(1),
  ];
}

/** A perplexity, which may be larger than any number. */
export function perplexityText(value: number | null): string {
  return value === null ? "infinite" : value.toPrecision(4);
}
