/** The metrics by which a run is better or worse than another, by their names in `metrics.json`. */
export const JUDGED_METRICS = ["accuracy", "macro_f1", "loss", "expected_calibration_error"] as const;

/**
 * All metrics that are compared: the judged ones, and illegal answers, which describe how a model answers. A prompt is tuned to
 * tell the verbalizer's words apart, and not to make them the model's best words.
 */
export const METRICS: readonly MetricName[] = [...JUDGED_METRICS, "illegal_rate"];

/** The name of a metric with a better direction. */
export type JudgedMetric = typeof JUDGED_METRICS[number];

/** The name of a metric. */
export type MetricName = JudgedMetric | "illegal_rate";

/** Whether higher values of each judged metric are better. */
export const IS_HIGHER_BETTER: Readonly<Record<JudgedMetric, boolean>> = {
  accuracy: true,
  macro_f1: true,
  loss: false,
  expected_calibration_error: false,
};

/** Whether a metric has a better direction. */
export function isJudged(metric: MetricName): metric is JudgedMetric {
  return metric in IS_HIGHER_BETTER;
}

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
