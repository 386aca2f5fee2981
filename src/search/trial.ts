import type { SearchMetric } from "../experiment/search_file.ts";
import type { SearchRung } from "../results/run_files.ts";
import type { SummaryMetric } from "../results/summary.ts";
import type { ValidationMetrics } from "../training/early_stopping.ts";
import type { HistoryLine } from "../training/trainer.ts";
import type { RunLength } from "./rungs.ts";

/** A configuration of a search, with what is known of its run before it begins. */
export interface Configuration extends RunLength {
  /** The name of its run. */
  readonly variant: string;
  /** The searched keys by their path, with their values. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Identifies what its run computes. */
  readonly contentHash: string;
}

/** A configuration, with what has been measured of it. */
export interface Trial<Drawn extends Configuration = Configuration> {
  readonly configuration: Drawn;
  /** The rungs that it has reached, the lowest first. */
  rungs: readonly SearchRung[];
  /** Why its run failed. */
  failure?: string;
}

/** Where each metric stands in a validation, and in the metrics of a part. */
export const METRIC_KEYS = {
  accuracy: "accuracy",
  macroF1: "macro_f1",
  loss: "loss",
  exactMatch: "exact_match",
  tokenF1: "token_f1",
  rougeL: "rouge_l",
  perplexity: "perplexity",
} as const satisfies Record<SearchMetric, keyof ValidationMetrics & SummaryMetric>;

/** Whether lower values of a metric are better. */
export function isLowerBetter(metric: SearchMetric): boolean {
  return metric === "loss" || metric === "perplexity";
}

/**
 * The best validation of a run up to a step.
 *
 * @param step the step that its rung stands at; early stopping may have ended the run before
 * @returns `undefined` where the metric was not measured
 */
export function bestUpTo(
  step: number,
  history: readonly HistoryLine[],
  metric: SearchMetric,
): Pick<SearchRung, "value" | "loss"> | undefined {
  const found = history.flatMap(({ step: at, validation }) => {
    const value = validation?.[METRIC_KEYS[metric]];
    return at > step || validation === undefined || value === undefined
      ? []
      : [{ value, loss: validation.loss }];
  });
  return found.toSorted((one, other) => compareValues(one, other, metric))[0];
}

/** Negative where the first is better: by its value, then by its loss. */
export function compareValues(
  one: Pick<SearchRung, "value" | "loss">,
  other: Pick<SearchRung, "value" | "loss">,
  metric: SearchMetric,
): number {
  const difference = one.value - other.value;
  return (isLowerBetter(metric) ? difference : -difference) || one.loss - other.loss;
}

/** Trials that can be compared on a rung, the best one first; equal ones stay in their order. */
export function ranked<Drawn extends Configuration>(
  trials: readonly Trial<Drawn>[],
  rung: number,
  metric: SearchMetric,
): Trial<Drawn>[] {
  return trials.flatMap((trial) => {
    const measured = trial.failure === undefined ? trial.rungs[rung] : undefined;
    return measured === undefined ? [] : [{ trial, measured }];
  }).toSorted((one, other) => compareValues(one.measured, other.measured, metric)).map(({ trial }) => trial);
}

/** The best of all trials: of those that have come furthest. `undefined` where none has been measured. */
export function bestTrial<Drawn extends Configuration>(
  trials: readonly Trial<Drawn>[],
  metric: SearchMetric,
): Trial<Drawn> | undefined {
  const highest = trials.reduce(
    (most, { rungs, failure }) => failure === undefined ? Math.max(most, rungs.length) : most,
    0,
  );
  return ranked(trials, highest - 1, metric)[0];
}
