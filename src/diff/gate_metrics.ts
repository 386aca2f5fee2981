import { JUDGED_METRICS, type JudgedMetric } from "../evaluation/metric_names.ts";
import { TEXT_METRICS, type TextMetricName } from "../evaluation/text_metric_names.ts";

/** A metric that may fail a gate: of classes, or of free texts. */
export type GateMetric = JudgedMetric | TextMetricName;

/** The metrics that may fail a gate, by their names on the command line, which are written as keys of an experiment are. */
export const GATE_METRICS: ReadonlyMap<string, GateMetric> = new Map(
  [...JUDGED_METRICS, ...TEXT_METRICS].map((
    name,
  ) => [name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), name]),
);
