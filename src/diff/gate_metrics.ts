import { JUDGED_METRICS, type JudgedMetric } from "../evaluation/metric_names.ts";

/** The metrics that may fail a gate, by their names on the command line, which are written as keys of an experiment are. */
export const GATE_METRICS: ReadonlyMap<string, JudgedMetric> = new Map(
  JUDGED_METRICS.map((
    name,
  ) => [name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), name]),
);
