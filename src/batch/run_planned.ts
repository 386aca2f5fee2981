import { sharedMessage, terminalMessage } from "../base/errors.ts";
import { Interrupted } from "../training/training_error.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { CompleteMetrics } from "../results/metrics_file.ts";
import type { RunHost } from "../run/context.ts";
import { isInputFault } from "../run/input_fault.ts";
import type { ProgressReporter } from "../run/progress.ts";
import { runExperiment, type StoppedRun } from "../run/run_experiment.ts";
import type { PlannedRun } from "./plan.ts";

/** The outcome of a run of a batch: `kept` was complete before, `stopped` where it was asked to, `locked` is in use by another process. Plain data. */
export type BatchOutcome =
  | { readonly kind: "complete" | "kept"; readonly metrics: CompleteMetrics }
  | {
    readonly kind: "failed";
    /** The error's message, for the terminal. */
    readonly error: string;
    /** The same without the values of files, for results. */
    readonly shared: string;
    /** Whether it lies in the input, so that the same command would fail again. */
    readonly isInputFault: boolean;
  }
  | StoppedRun
  | { readonly kind: "interrupted" | "locked" };

/** Runs one run of a batch; a failure is an outcome, not an exception. */
export async function runPlanned(
  run: PlannedRun,
  host: RunHost,
  progress: ProgressReporter,
  slot?: LockstepSlot,
): Promise<BatchOutcome> {
  try {
    return await runExperiment(run, host, progress, slot);
  } catch (error) {
    if (error instanceof Interrupted) return { kind: "interrupted" };
    return {
      kind: "failed",
      error: terminalMessage(error),
      shared: sharedMessage(error),
      isInputFault: isInputFault(error),
    };
  }
}
