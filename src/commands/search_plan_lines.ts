import { counted } from "../base/counted.ts";
import type { SearchEstimate, SearchStage } from "../batch/search_estimate.ts";
import { duration } from "../terminal/duration.ts";
import { tableLines } from "../terminal/table.ts";

/** What searches will do, and how long that takes. @param columns the terminal's width, where there is one */
export function searchPlanLines(estimates: readonly SearchEstimate[], columns: number | undefined): string[] {
  return estimates.flatMap(({ planned: { search }, stages, rungs }) => [
    ...tableLines(
      [search.name, "runs", "to step", "steps", "time"],
      stages.map((stage) => [
        stageName(stage, rungs),
        String(stage.runs),
        String(stage.toStep),
        String(stage.steps),
        stage.seconds === undefined ? "?" : `about ${duration(stage.seconds)}`,
      ]),
      columns,
    ),
    totalOf(search.budget.seconds, stages),
  ]);
}

function stageName({ rung }: SearchStage, rungs: number): string {
  if (rung === undefined) return "the best one, with fresh seeds";
  return rungs === 1 ? "configurations" : `rung ${rung} of ${rungs}`;
}

/** @param limit the seconds of a budget of time, which is spent in rounds of these stages */
function totalOf(limit: number | undefined, stages: readonly SearchStage[]): string {
  const steps = stages.reduce((sum, stage) => sum + stage.steps, 0);
  const seconds = stages.reduce((sum, stage) => sum + (stage.seconds ?? NaN), 0);
  const fresh = stages.at(-1)?.seconds;
  if (limit !== undefined) {
    const more = fresh === undefined ? "" : `, then about ${duration(fresh)} with fresh seeds`;
    return `such rounds for ${duration(limit)}${more}`;
  }
  const time = Number.isNaN(seconds)
    ? "no earlier run like these to estimate the time from"
    : `about ${duration(seconds)} estimated from earlier runs`;
  return `${counted(steps, "step")}: ${time}`;
}

/** The same as data. */
export function searchPlanJson(
  { planned: { search, file, folder }, stages }: SearchEstimate,
): Readonly<Record<string, unknown>> {
  const { name, method, metric, budget } = search;
  const shown = stages.map(({ rung = null, runs, toStep, steps, seconds = null }) => ({
    rung,
    runs,
    to_step: toStep,
    steps,
    seconds,
  }));
  return { experiment: name, file, folder, method, metric, budget, stages: shown };
}
