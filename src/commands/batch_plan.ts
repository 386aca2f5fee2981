import { counted } from "../base/counted.ts";
import { estimate } from "../batch/estimate.ts";
import type { Plan, PlannedRun } from "../batch/plan.ts";
import { estimateSearch } from "../batch/search_estimate.ts";
import { earlierRuns } from "../results/earlier_runs.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { duration } from "../terminal/duration.ts";
import { Pace } from "../terminal/pace.ts";
import { runsChecked } from "../terminal/runs_checked.ts";
import { tableLines } from "../terminal/table.ts";
import type { BatchFlags } from "./batch_flags.ts";
import { searchPlanJson, searchPlanLines } from "./search_plan_lines.ts";

/** What is known of the runs of an experiment. */
interface PlannedExperiment {
  readonly experiment: string;
  readonly runs: number;
  /** The runs whose results exist already. */
  readonly done: number;
  /** Of those that are left. */
  readonly steps: number;
  /** Of those that are left; `null` where no earlier run is similar to one of them. */
  readonly seconds: number | null;
}

/**
 * `softprompt batch --dry-run`: what would be run, and how long that takes, estimated from earlier runs.
 *
 * @throws {InputError} where something that a run names is missing or unsuitable, or a search impossible
 */
export async function printPlan(
  { runs, searches }: Plan,
  flags: BatchFlags,
  resources: ResourceCache,
  io: CommandIo,
): Promise<void> {
  const earlier = await earlierRuns(flags.results);
  const pace = new Pace();
  const known: { run: PlannedRun; isDone: boolean; steps: number; seconds: number | undefined }[] = [];
  for (const [done, run] of runs.entries()) {
    io.progress.show(runsChecked(run.title, done, runs.length, pace));
    // An ensemble's prompts exist only after their runs, and it takes no steps.
    if (run.ensembleRuns !== undefined) continue;
    const { state, steps, seconds } = await estimate(run, resources, flags, earlier);
    known.push({ run, isDone: state === "complete" || state === "in the history", steps, seconds });
  }
  io.progress.end();
  const experiments = [...Map.groupBy(known, ({ run }) => run.experiment.name)].map(
    ([experiment, own]): PlannedExperiment => {
      const left = own.filter(({ isDone }) => !isDone);
      const seconds = left.reduce((sum, one) => sum + (one.seconds ?? NaN), 0);
      return {
        experiment,
        runs: own.length,
        done: own.length - left.length,
        steps: left.reduce((sum, one) => sum + one.steps, 0),
        seconds: Number.isNaN(seconds) ? null : seconds,
      };
    },
  );
  const estimates = [];
  for (const search of searches) {
    estimates.push(await estimateSearch(search, flags.results, resources, earlier));
  }
  if (flags.json) {
    const plan = {
      format: "softprompt-batch-plan/1",
      experiments,
      ...(searches.length > 0 && { searches: estimates.map(searchPlanJson) }),
    };
    return io.print(JSON.stringify(plan, null, 2), "data");
  }
  const lines = [
    ...(experiments.length > 0 ? experimentLines(experiments, io.columns()) : []),
    ...(experiments.length > 0 && estimates.length > 0 ? [""] : []),
    ...searchPlanLines(estimates, io.columns()),
  ];
  for (const line of lines) io.print(line);
}

function experimentLines(experiments: readonly PlannedExperiment[], columns: number | undefined): string[] {
  const left = experiments.reduce((sum, { runs, done }) => sum + runs - done, 0);
  const steps = experiments.reduce((sum, one) => sum + one.steps, 0);
  return [
    ...tableLines(
      ["experiment", "runs", "done", "steps", "time"],
      experiments.map(({ experiment, runs, done, steps, seconds }) => [
        experiment,
        String(runs),
        String(done),
        String(steps),
        runs === done ? "" : seconds === null ? "?" : `about ${duration(seconds)}`,
      ]),
      columns,
    ),
    `${counted(left, "run")} to do, ${counted(steps, "step")}`,
  ];
}
