import { tableLines } from "./table.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { RESULT_HEADER, resultCells } from "./result_cells.ts";
import type { BatchOutcome } from "../batch/run_planned.ts";

/**
 * The final output of a batch at the terminal: a table of its runs in the order of the files, and one of the failures.
 *
 * @param outcomes of the runs that were started
 * @param left the folder of an incomplete run, if there is one
 * @param columns the terminal's width, where there is one
 */
export function batchTables(
  runs: readonly PlannedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
  left: (run: PlannedRun) => string | undefined,
  columns?: number,
): string[] {
  const failed = runs.flatMap((run) => {
    const outcome = outcomes.get(run);
    return outcome?.kind === "failed" ? [[run.title, outcome.error.split("\n")[0]!, left(run) ?? ""]] : [];
  });
  return [
    ...tableLines(
      ["run", "status", ...RESULT_HEADER],
      runs.map((run) => [run.title, ...cells(outcomes.get(run))]),
      columns,
    ),
    ...(failed.length > 0 ? ["", ...tableLines(["failed", "why", "results"], failed, columns)] : []),
  ];
}

function cells(outcome: BatchOutcome | undefined): string[] {
  if (outcome === undefined) return ["not started"];
  return [outcome.kind, ...("metrics" in outcome ? resultCells(outcome.metrics) : [])];
}
