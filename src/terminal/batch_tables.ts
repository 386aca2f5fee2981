import { tableLines } from "./table.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { areOfClasses } from "../results/metrics_file.ts";
import { RESULT_HEADER, resultCells, TEXT_RESULT_HEADER, textResultCells } from "./result_cells.ts";
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
  const ofTexts = runs.filter((run) => {
    const outcome = outcomes.get(run);
    return outcome !== undefined && "metrics" in outcome && !areOfClasses(outcome.metrics);
  });
  const ofClasses = runs.filter((run) => !ofTexts.includes(run));
  const rows = (some: readonly PlannedRun[]) => some.map((run) => [run.title, ...cells(outcomes.get(run))]);
  const tables = [
    { header: RESULT_HEADER, runs: ofClasses },
    { header: TEXT_RESULT_HEADER, runs: ofTexts },
  ].filter(({ runs }) => runs.length > 0);
  return [
    ...tables.flatMap(({ header, runs }, i) => [
      ...(i > 0 ? [""] : []),
      ...tableLines(["run", "status", ...header], rows(runs), columns),
    ]),
    ...(failed.length > 0 ? ["", ...tableLines(["failed", "why", "results"], failed, columns)] : []),
  ];
}

function cells(outcome: BatchOutcome | undefined): string[] {
  if (outcome === undefined) return ["not started"];
  if (!("metrics" in outcome)) return [outcome.kind];
  const { kind, metrics } = outcome;
  return [kind, ...areOfClasses(metrics) ? resultCells(metrics) : textResultCells(metrics)];
}
