/** The metrics by which a run with generated texts is better or worse than another, by their names in `metrics.json`. */
export const JUDGED_TEXT_METRICS = [
  "accuracy",
  "macro_f1",
  "exact_match",
  "token_f1",
  "rouge_l",
  "loss",
] as const;

/** All metrics that are compared: the judged ones, and illegal answers, which describe how a model answers. */
export const TEXT_METRICS: readonly TextMetricName[] = [...JUDGED_TEXT_METRICS, "illegal_rate"];

/** The name of a metric with a better direction. */
export type JudgedTextMetric = typeof JUDGED_TEXT_METRICS[number];

/** The name of a metric of texts. */
export type TextMetricName = JudgedTextMetric | "illegal_rate";

/** Whether higher values of each judged metric are better. */
export const IS_HIGHER_TEXT_METRIC_BETTER: Readonly<Record<JudgedTextMetric, boolean>> = {
  accuracy: true,
  macro_f1: true,
  exact_match: true,
  token_f1: true,
  rouge_l: true,
  loss: false,
};

/** Whether a metric has a better direction. */
export function isJudgedText(metric: TextMetricName): metric is JudgedTextMetric {
  return metric in IS_HIGHER_TEXT_METRIC_BETTER;
}

/** A value for each metric that has one, in their order. */
export function byTextMetric<Value>(
  of: (metric: TextMetricName) => Value | undefined,
): Partial<Record<TextMetricName, Value>> {
  const values: Partial<Record<TextMetricName, Value>> = {};
  for (const metric of TEXT_METRICS) {
    const value = of(metric);
    if (value !== undefined) values[metric] = value;
  }
  return values;
}
