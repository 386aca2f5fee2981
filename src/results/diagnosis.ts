import type { HistoryLine } from "../training/trainer.ts";
import type { CompleteMetrics, RunWarning } from "./run_files.ts";

/** The share of the first loss by which a loss that moves falls. */
const MOVES = 0.02;

/** The share of the largest gradient from which on a gradient has vanished. */
const VANISHED = 1e-6;

/** The share of the first loss from which on there is something left to learn. */
const LEFT = 0.1;

/** The least number of validations of which the first and the last mean something. */
const VALIDATIONS = 3;

/**
 * Why a run may not have learned what it could.
 *
 * @param history of its tuning, with at least one line
 */
export function diagnosis(
  history: readonly HistoryLine[],
  metrics: Pick<CompleteMetrics, "best_step" | "majority"> & {
    readonly test: Pick<CompleteMetrics["test"], "accuracy">;
  },
): RunWarning[] {
  return [...ofAnswers(metrics), ...ofLosses(history), ...ofBestStep(history, metrics.best_step)];
}

function ofAnswers({ test: { accuracy }, majority }: Parameters<typeof diagnosis>[1]): RunWarning[] {
  if (accuracy === undefined || majority === undefined || accuracy.value > majority.accuracy) return [];
  return [{ kind: "no_better_than_majority", accuracy: accuracy.value, majority: majority.accuracy }];
}

function ofLosses(history: readonly HistoryLine[]): RunWarning[] {
  const [first, ...others] = history;
  const last = others.at(-1);
  if (first === undefined || last === undefined) return [];
  const least_loss = Math.min(...others.map(({ loss }) => loss));
  const largest_gradient = Math.max(...history.map(({ gradient_norm }) => gradient_norm));
  const hasVanished = last.gradient_norm <= VANISHED * largest_gradient && last.loss > LEFT * first.loss;
  return [
    ...(first.loss - least_loss <= MOVES * first.loss
      ? [{ kind: "loss_hardly_moved", first_loss: first.loss, least_loss } as const]
      : []),
    ...(hasVanished
      ? [{ kind: "gradient_vanished", largest_gradient, last_gradient: last.gradient_norm } as const]
      : []),
  ];
}

function ofBestStep(history: readonly HistoryLine[], step: number): RunWarning[] {
  const validated = history.filter(({ validation }) => validation !== undefined);
  if (validated.length < VALIDATIONS) return [];
  if (step === validated[0]?.step) return [{ kind: "best_step_first", step }];
  return step === validated.at(-1)?.step ? [{ kind: "best_step_last", step }] : [];
}

/** Whether accuracies on a part of the data are not above that of always predicting its most frequent class. */
export function isNoBetterThanMajority(
  { accuracy, per_class, examples }: Pick<CompleteMetrics["test"], "accuracy" | "per_class" | "examples">,
): boolean {
  if (accuracy === undefined || per_class === undefined) return false;
  const most = Math.max(...Object.values(per_class).map(({ support }) => support));
  return accuracy.value <= most / examples;
}
