/** The metrics by which a run with texts as answers is compared, by their names in `metrics.json`. */
export const TEXT_METRICS = ["exact_match", "token_f1", "rouge_l", "loss"] as const;

/** The name of a metric of texts. */
export type TextMetricName = typeof TEXT_METRICS[number];

/** Whether higher values of each metric are better. */
export const IS_HIGHER_TEXT_METRIC_BETTER: Readonly<Record<TextMetricName, boolean>> = {
  exact_match: true,
  token_f1: true,
  rouge_l: true,
  loss: false,
};

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
