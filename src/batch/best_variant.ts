import { groupKey, type SummaryGroup, type SummaryRow } from "../results/summary.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** A variant: its complete runs, which differ only in the seed, and what they have in common. */
export interface Variant {
  readonly runs: readonly PlannedRun[];
  readonly summary: SummaryGroup;
}

/** The variants of a batch with a validation set, those with the highest mean validation accuracy first. Ensembles are none. */
export async function variantsByValidation(
  runs: readonly PlannedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
): Promise<readonly Variant[]> {
  const complete = runs.flatMap((run) => {
    const outcome = outcomes.get(run);
    return outcome && "metrics" in outcome && run.ensembleRuns === undefined
      ? [{ run, row: rowOf(run, outcome) }]
      : [];
  });
  if (complete.length < 2) return [];
  const byKey = Map.groupBy(complete, ({ row }) => groupKey(row));
  // The quantiles of t take an eighth of a command's start to load.
  const { summarize, groupsByValidation } = await import("../results/summarize.ts");
  const { groups } = summarize("", complete.map(({ row }) => row));
  return groupsByValidation(groups).map((summary) => ({
    runs: byKey.get(groupKey(summary))!.map(({ run }) => run),
    summary,
  }));
}

function rowOf(
  { experiment, variant, settings, path }: PlannedRun,
  { metrics }: Extract<BatchOutcome, { metrics: unknown }>,
): SummaryRow {
  return {
    experiment: experiment.name,
    variant,
    settings,
    seed: experiment.seed,
    folder: path,
    status: "complete",
    metrics,
  };
}
