/**
 * `metrics.json`, whose types are made of the schema of a run's files.
 *
 * @module
 */
import type { CompleteMetrics, PartMetrics, TextMetricsFile } from "./run_files.ts";

export type {
  AnyMetricsFile,
  CalibrationFile,
  CompleteMetrics,
  MetricsFile,
  ParameterCount,
  PartMetrics,
  TextMetricsFile,
  TextPartMetrics,
  UnfinishedFile,
} from "./run_files.ts";

/** What all metrics of classes have, with probabilities or without. */
export interface ClassedMetrics {
  readonly test: Pick<PartMetrics, "accuracy">;
  readonly validation?: Pick<PartMetrics, "accuracy">;
}

/** Whether metrics are of classes: with probabilities, or by generated texts. */
export function areOfClasses(metrics: CompleteMetrics): metrics is CompleteMetrics & ClassedMetrics {
  return metrics.test.accuracy !== undefined;
}

/** Whether metrics are of generated texts. */
export function areOfTexts(metrics: CompleteMetrics): metrics is TextMetricsFile {
  return "answers" in metrics;
}
