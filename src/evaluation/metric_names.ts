/** The metrics by which runs are compared, by their names in `metrics.json`. */
export const METRICS = [
  "accuracy",
  "macro_f1",
  "loss",
  "expected_calibration_error",
  "illegal_rate",
] as const;

/** The name of a metric. */
export type MetricName = typeof METRICS[number];

/** Whether higher values of each metric are better. */
export const IS_HIGHER_BETTER: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  macro_f1: true,
  loss: false,
  expected_calibration_error: false,
  illegal_rate: false,
};
