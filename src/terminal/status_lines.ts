import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import { PROGRESS_STATES, type RunProgress } from "../cluster/progress.ts";
import type { TimeLeft } from "../cluster/time_left.ts";
import { duration } from "./duration.ts";
import type { Style } from "./style.ts";
import { tableLines } from "./table.ts";
import { wrapped } from "./wrapped.ts";

/** What is said of runs besides how far they are. */
export interface AboutStatus {
  readonly folder: string;
  /** Whether the folder has a plan. */
  readonly isPlanned: boolean;
  readonly left: TimeLeft | undefined;
  readonly now: Date;
}

/** How far runs are: counts, what is left, and a table of those that are running, have failed or have a problem. */
export function statusLines(
  runs: readonly RunProgress[],
  { folder, isPlanned, left, now }: AboutStatus,
  style: Style,
  columns: number | undefined,
): string[] {
  const counts = PROGRESS_STATES.map((state) => [runs.filter((run) => run.state === state).length, state]);
  const shown = counts.filter(([count]) => count !== 0).map((words) => words.join(" ")).join(", ");
  const rows = runs.filter(({ state, problem }) => state === "running" || problem !== undefined)
    .map(({ name, state, lastLine, problem }) => [
      name === "" ? folder : name,
      state === "failed" ? style("red", state) : state,
      lastLine === undefined ? "" : `${duration((now.getTime() - lastLine.getTime()) / 1000)} ago`,
      visible(problem ?? ""),
    ]);
  return [
    ...wrapped(`${counted(runs.length, "run")} in ${folder}: ${shown}`, columns ?? Infinity),
    ...wrapped(leftText(runs, left), columns ?? Infinity),
    ...(isPlanned ? [] : wrapped(
      "there is no plan.json in this folder: runs that have not begun are not known",
      columns ?? Infinity,
    )),
    ...(rows.length > 0 ? ["", ...tableLines(["run", "status", "last line", "about"], rows, columns)] : []),
  ];
}

function leftText(runs: readonly RunProgress[], left: TimeLeft | undefined): string {
  if (!runs.some(({ state }) => state === "running" || state === "waiting")) return "nothing is left to do";
  if (left === undefined) return "the time that is left is not known until a run is complete";
  const work = `about ${duration(left.work)} of work is left`;
  return left.seconds === undefined
    ? `${work}, and nothing is running`
    : `${work}: ${duration(left.seconds)} with as many runs at a time as now`;
}
