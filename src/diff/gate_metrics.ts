import { InputError } from "../base/errors.ts";
import { JUDGED_METRICS, type JudgedMetric } from "../evaluation/metric_names.ts";
import { JUDGED_TEXT_METRICS, type JudgedTextMetric } from "../evaluation/text_metric_names.ts";

/** A metric that may fail a gate: of classes, or of generated texts, whose perplexity is judged by the loss, of which it is the exponential. */
export type GateMetric = JudgedMetric | JudgedTextMetric | "perplexity";

/** The metrics that may fail a gate, by their names on the command line, which are written as keys of an experiment are. */
export const GATE_METRICS: ReadonlyMap<string, GateMetric> = new Map(
  [...JUDGED_METRICS, ...JUDGED_TEXT_METRICS, "perplexity" as const].map((name) => [keyOf(name), name]),
);

/** What a gate's metrics are chosen from. */
export const GATE_CHOICE: string = `metrics of ${[...GATE_METRICS.keys()].join(", ")}`;

/** The metrics of runs that a gate names. @throws {InputError} naming one that is none */
export function gateMetrics(names: readonly string[]): GateMetric[] {
  return names.map((name) => {
    const metric = GATE_METRICS.get(name);
    if (metric !== undefined) return metric;
    throw new InputError(`--gate ${name}: it must be ${GATE_CHOICE}, with commas between them`);
  });
}

/**
 * Makes sure that what was chosen for a gate was compared.
 *
 * @param measured the metrics of the comparisons, as named in `metrics.json`
 * @throws {InputError} naming a metric that was not
 */
export function checkGate(gate: readonly GateMetric[], measured: Iterable<string>): void {
  const all = new Set(measured);
  const missing = gate.find((one) => !all.has(one));
  if (missing === undefined) return;
  const possible = [...GATE_METRICS].filter(([, name]) => all.has(name)).map(([key]) => key);
  throw new InputError(
    `--gate ${keyOf(missing)}: these results have no such metric: choose among ${possible.join(", ")}`,
  );
}

/** As keys of an experiment are written: `exactMatch` for `exact_match`. */
function keyOf(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
