import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { readPlan } from "../cluster/plan_file.ts";
import { PROGRESS_STATES, progressOf, type RunProgress } from "../cluster/progress.ts";
import { timeLeft } from "../cluster/time_left.ts";
import { checkFolder } from "../results/check_folder.ts";
import type { Io } from "../terminal/io.ts";
import { GateFailed } from "../terminal/exit_codes.ts";
import { type AboutStatus, statusLines } from "../terminal/status_lines.ts";
import { styleFor } from "../terminal/style.ts";

/** The flags of `status`. */
export interface StatusFlags {
  /** Whether runs that are running or waiting are an error, but for the ensembles of a plan, which come after all others. */
  readonly failOnUnfinished: boolean;
  readonly json: boolean;
  /** The plan that the runs are of, where it is not the last submission's. */
  readonly plan?: string;
}

/**
 * `softprompt status`: how far the runs in a folder of results are, those of its `plan.json` or, without one, those that have begun. It
 * reads the folder and nothing else, so that it needs neither the experiment files nor a scheduler.
 *
 * @throws {InputError} where there is no such folder, it has neither a plan nor a run, or the plan is not there or cannot be read
 * @throws {GateFailed} where a run is not finished, and that is asked for
 */
export async function status(
  folder: string,
  { failOnUnfinished, json, plan: file }: StatusFlags,
  io: Io,
): Promise<void> {
  await checkFolder(folder);
  const plan = await readPlan(folder, file);
  if (plan === undefined && file !== undefined) {
    throw new InputError(`there is no ${file}: --plan names a file of .plans in the folder of the results`);
  }
  const now = new Date();
  const runs = await progressOf(folder, plan, file);
  if (runs.length === 0) {
    throw new InputError(`${folder} holds no run: name another folder, or run an experiment first`);
  }
  const isPlanned = plan !== undefined;
  const about = { folder, isPlanned, left: timeLeft(runs, now), now };
  if (json) printJson(runs, about, io);
  else {
    for (const line of statusLines(runs, about, styleFor(io.hasColors.stdout), io.columns())) io.print(line);
  }
  const comesFirst = ({ task }: RunProgress) => !isPlanned || task !== undefined;
  const unfinished = runs.filter((run) =>
    comesFirst(run) && (run.state === "running" || run.state === "waiting")
  );
  if (failOnUnfinished && unfinished.length > 0) {
    throw new GateFailed(`${counted(unfinished.length, "run")} not finished`);
  }
}

function printJson(
  runs: readonly RunProgress[],
  { folder, isPlanned, left, now }: AboutStatus,
  io: Io,
): void {
  const counts = PROGRESS_STATES.map((state) => [state, runs.filter((run) => run.state === state).length]);
  const content = {
    format: "softprompt-status/1",
    folder,
    has_plan: isPlanned,
    counts: Object.fromEntries(counts),
    work_seconds: left?.work ?? null,
    seconds_left: left?.seconds ?? null,
    runs: runs.map((run) => runJson(run, now)),
  };
  io.print(JSON.stringify(content, null, 2), "data");
}

function runJson(
  { name, state, task, planned, took, begun, lastLine, problem }: RunProgress,
  now: Date,
): object {
  return {
    name,
    status: state,
    ...(task !== undefined && { task }),
    ...(planned !== undefined && { planned_seconds: planned }),
    ...(took !== undefined && { seconds: took }),
    ...(begun !== undefined && { begun: begun.toISOString() }),
    ...(lastLine !== undefined && { seconds_since_last_line: secondsBetween(lastLine, now) }),
    ...(problem !== undefined && { problem }),
  };
}

/** Never negative: another computer's clock may be ahead. */
function secondsBetween(then: Date, now: Date): number {
  return Math.max(0, (now.getTime() - then.getTime()) / 1000);
}
