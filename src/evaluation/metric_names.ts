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

/** A value for each metric, in their order. */
export function byMetric<Value>(of: (metric: MetricName) => Value): Record<MetricName, Value> {
  return {
    accuracy: of("accuracy"),
    macro_f1: of("macro_f1"),
    loss: of("loss"),
    expected_calibration_error: of("expected_calibration_error"),
    illegal_rate: of("illegal_rate"),
  };
}

/** The values of the metrics that have one, in the metrics' order. */
export function metricEntries<Value>(
  values: Readonly<Partial<Record<MetricName, Value>>>,
): (readonly [MetricName, Value])[] {
  return METRICS.flatMap((metric) => {
    const value = values[metric];
    return value === undefined ? [] : [[metric, value] as const];
  });
}
