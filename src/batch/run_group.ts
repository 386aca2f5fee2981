import { FusedSteps } from "../training/fused_steps.ts";
import type { RunHost } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import { type BatchOutcome, runPlanned } from "./run_planned.ts";

/**
 * Runs runs of a batch that share a compiled step side by side, their steps fused; a single one by itself. What fails in
 * company is tried again alone: a loss that is no number spoils the steps that are taken with it, and memory that is too
 * small for all may do for one.
 *
 * @param reporters one for each run
 * @returns how each came out
 */
export async function runGroup(
  runs: readonly PlannedRun[],
  host: RunHost,
  reporters: readonly ProgressReporter[],
): Promise<BatchOutcome[]> {
  if (runs.length === 1) return [await runPlanned(runs[0]!, host, reporters[0]!)];
  const { resources, signal } = host;
  const steps = new FusedSteps(runs.length, signal);
  const outcomes = await Promise.all(runs.map(async (run, i) => {
    const slot = steps.slots[i]!;
    try {
      return await runPlanned(run, host, reporters[i]!, slot);
    } finally {
      slot.leave();
    }
  }));
  if (outcomes.some(({ kind }) => kind === "failed")) await resources.release().catch(() => {});
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== "failed" || signal.aborted) continue;
    const { title } = runs[i]!;
    reporters[i]!.log(
      `warning: ${title} failed beside ${runs.length - 1} others and goes on alone: ${outcome.error}`,
    );
    outcomes[i] = await runPlanned(runs[i]!, host, reporters[i]!);
  }
  return outcomes;
}
