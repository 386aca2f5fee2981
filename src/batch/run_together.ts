import { FusedSteps } from "../training/fused_steps.ts";
import type { Listener } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import { type BatchOutcome, runPlanned } from "./run_planned.ts";
import type { RunOptions } from "../run/context.ts";
import type { Workbench } from "../run/resource_cache.ts";

/**
 * Runs runs of a batch that share a compiled step side by side, their steps fused; a single one by itself. What fails in
 * company is tried again alone: a loss that is no number spoils the steps that are taken with it, and memory that is too
 * small for all may do for one.
 *
 * @param listeners one for each run
 * @returns how each came out
 */
export async function runTogether(
  runs: readonly PlannedRun[],
  options: Pick<RunOptions, "results" | "force" | "selfCheck" | "ifLocked" | "signal">,
  listeners: readonly Listener[],
  workbench: Workbench,
): Promise<BatchOutcome[]> {
  if (runs.length === 1) return [await runPlanned(runs[0]!, options, listeners[0]!, workbench)];
  const steps = new FusedSteps(runs.length, options.signal);
  const outcomes = await Promise.all(runs.map(async (run, i) => {
    const seat = steps.seats[i]!;
    try {
      return await runPlanned(run, { ...options, seat }, listeners[i]!, workbench);
    } finally {
      seat.leave();
    }
  }));
  if (outcomes.some(({ kind }) => kind === "failed")) await workbench.release().catch(() => {});
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== "failed" || options.signal.aborted) continue;
    const { title } = runs[i]!;
    listeners[i]!.say(
      `warning: ${title} failed beside ${runs.length - 1} others and goes on alone: ${outcome.error}`,
    );
    outcomes[i] = await runPlanned(runs[i]!, options, listeners[i]!, workbench);
  }
  return outcomes;
}
