/** The metrics that runs are told apart by, by their names in `metrics.json`. */
export const METRICS = [
  "accuracy",
  "macro_f1",
  "loss",
  "expected_calibration_error",
  "illegal_rate",
] as const;

/** The name of a metric. */
export type MetricName = typeof METRICS[number];

/** Which way each metric is better. */
export const IS_HIGHER_BETTER: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  macro_f1: true,
  loss: false,
  expected_calibration_error: false,
  illegal_rate: false,
};
