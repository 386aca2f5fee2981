import { allDone } from "../base/all_done.ts";
import { FusedSteps } from "../training/fused_steps.ts";
import type { RunHost } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import { type BatchOutcome, runPlanned } from "./run_planned.ts";

/**
 * Runs a group of a batch that shares a compiled step, with fused steps; a single run by itself. A run that fails in
 * the group is run again alone: a NaN loss spoils the steps fused with it, and memory that is too
 * small for all runs may suffice for one.
 *
 * @param reporters one for each run
 * @returns the outcome of each
 */
export async function runGroup(
  runs: readonly PlannedRun[],
  host: RunHost,
  reporters: readonly ProgressReporter[],
): Promise<BatchOutcome[]> {
  if (runs.length === 1) return [await runPlanned(runs[0]!, host, reporters[0]!)];
  const { resources, signal } = host;
  const steps = new FusedSteps(runs.length, signal);
  const outcomes = await allDone(runs.map(async (run, i) => {
    const slot = steps.slots[i]!;
    try {
      return await runPlanned(run, host, reporters[i]!, slot);
    } finally {
      slot.leave();
    }
  }));
  if (outcomes.some(({ kind }) => kind === "failed")) await resources.release();
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== "failed" || signal.aborted) continue;
    const { title } = runs[i]!;
    reporters[i]!.log(
      `warning: ${title} failed in a group of ${runs.length} runs with fused steps, and is run again alone: ${outcome.error}`,
    );
    outcomes[i] = await runPlanned(runs[i]!, host, reporters[i]!);
  }
  return outcomes;
}
