import type { Cluster } from "./cluster_file.ts";
import { pack } from "./pack.ts";
import { PLAN_FORMAT } from "./plan_file.ts";
import type { Plan, PlannedEnsemble, TaskRun } from "./plan_files.ts";

/** A run that is to be planned. */
export interface AskedRun extends Omit<TaskRun, "seconds"> {
  /** Estimated from earlier runs; `undefined` where none is similar. */
  readonly seconds: number | undefined;
  /** Its cost, in the same unit for all runs. */
  readonly work: number;
  /** Runs of the same key share a compiled step. */
  readonly shareKey: string;
}

/** What is asked for. */
export interface Asked {
  /** The experiment files, as they were named. */
  readonly files: readonly string[];
  readonly runs: readonly AskedRun[];
  readonly ensembles: readonly PlannedEnsemble[];
}

/** The largest number of tasks where nothing says how long runs take: clusters limit the size of an array, Slurm to 1000. */
const MOST_TASKS = 1000;

/**
 * Packs runs into the tasks of an array. A run without an estimate takes as long as its work takes at the pace of those that have one; where
 * none has one, each run is a task of its own, or, of very many, those of a thousandth of the work.
 */
export function makePlan({ files, runs, ensembles }: Asked, { minutes, atOnce }: Cluster["tasks"]): Plan {
  const pace = paceOf(runs);
  const isKnown = pace !== undefined;
  const weighed = runs.map((run) => ({
    ...run,
    seconds: isKnown ? tenths(run.seconds ?? run.work * pace) : run.work,
  }));
  const total = weighed.reduce((sum, { seconds }) => sum + seconds, 0);
  const most = isKnown ? minutes * 60 : runs.length <= MOST_TASKS ? 0 : 2 * total / MOST_TASKS;
  const packed = pack(weighed, { slots: atOnce, most });
  return {
    format: PLAN_FORMAT,
    files,
    tasks: packed.tasks.map(({ runs, seconds }) => ({
      seconds: isKnown ? tenths(seconds) : null,
      runs: runs.map(({ work: _, shareKey: __, seconds, ...run }) => ({
        ...run,
        seconds: isKnown ? seconds : null,
      })),
    })),
    last: ensembles,
    seconds: isKnown ? tenths(packed.seconds) : null,
  };
}

/** The seconds that a unit of work takes; `undefined` where no run has an estimate. */
function paceOf(runs: readonly AskedRun[]): number | undefined {
  const known = runs.filter(({ seconds, work }) => seconds !== undefined && work > 0);
  if (known.length === 0) return undefined;
  const sum = (of: (run: AskedRun) => number) => known.reduce((all, run) => all + of(run), 0);
  return sum(({ seconds = 0 }) => seconds) / sum(({ work }) => work);
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
