/**
 * `metrics.json`, whose types are made of the schema of a run's files.
 *
 * @module
 */
import type { CompleteMetrics, TextMetricsFile } from "./run_files.ts";

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

/** Whether metrics are of free texts. */
export function areOfTexts(metrics: CompleteMetrics): metrics is TextMetricsFile {
  return "answers" in metrics;
}
