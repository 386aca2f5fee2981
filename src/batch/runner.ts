import type { RunPolicy } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** Executes the runs of a batch, one after the other, or several in lockstep where their steps are fused. */
export interface Runner {
  /** @param reporters one for each run */
  run(
    runs: readonly PlannedRun[],
    policy: RunPolicy,
    reporters: readonly ProgressReporter[],
  ): Promise<readonly BatchOutcome[]>;
  /** No further runs come. */
  close(): Promise<void>;
}
