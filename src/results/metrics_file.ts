/**
 * `metrics.json`, whose types are made of the schema of a run's files.
 *
 * @module
 */
export type {
  AnyMetricsFile,
  CalibrationFile,
  MetricsFile,
  ParameterCount,
  PartMetrics,
  UnfinishedFile,
} from "./run_files.ts";
