import { allDone } from "../base/all_done.ts";
import { estimate, type EstimatedRun } from "../batch/estimate.ts";
import { type FuseMode, isFused } from "../batch/fuse.ts";
import type { PlannedRun } from "../batch/plan.ts";
import type { RunPolicy } from "../run/context.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { Pace } from "../terminal/pace.ts";
import type { ProgressSink } from "../terminal/progress.ts";
import { runsChecked } from "../terminal/runs_checked.ts";

/** A run of the batch, with its estimate. */
export interface BatchJob {
  readonly run: PlannedRun;
  readonly shareKey: string;
  readonly work: number;
  readonly tuningShare: number;
  /** Jobs with the same key have their steps fused. */
  readonly fuseKey: string | undefined;
  /** Whether its results exist already. */
  readonly isComplete: boolean;
}

/**
 * The jobs of runs, with their estimates. Those have a `fuseKey` whose steps will be fused.
 *
 * @param progress shows how many runs have been read
 */
export async function batchJobs(
  runs: readonly PlannedRun[],
  { fuse, ...policy }: Pick<RunPolicy, "results" | "force" | "history"> & { readonly fuse: FuseMode },
  resources: ResourceCache,
  progress: ProgressSink,
): Promise<BatchJob[]> {
  const jobs: BatchJob[] = [];
  const pace = new Pace();
  for (const [done, run] of runs.entries()) {
    progress.show(runsChecked(run.title, done, runs.length, pace));
    // The problems of a run are reported when it is executed.
    const known = await estimate(run, resources, policy).catch(() => undefined);
    const { shareKey = "", state, fuseKey } = known ?? {};
    jobs.push({ run, shareKey, fuseKey, isComplete: state === "complete", ...workOf(run, known) });
  }
  progress.end();
  const alike = Map.groupBy(jobs, ({ fuseKey }) => fuseKey);
  const hasCompany = ({ fuseKey }: BatchJob) => alike.get(fuseKey)!.length > 1;
  return await allDone(jobs.map(async (job) => {
    const device = job.fuseKey !== undefined && fuse !== "off" && hasCompany(job)
      ? await resources.device(job.run.experiment.device).catch(() => undefined)
      : undefined;
    return device && isFused(fuse, device) ? job : { ...job, fuseKey: undefined };
  }));
}

/** The work of a run, and how much of it is tuning; a run that stops on its way has that of its steps up to there. */
function workOf(
  { stopAfter }: PlannedRun,
  known: EstimatedRun | undefined,
): Pick<BatchJob, "work" | "tuningShare"> {
  if (known === undefined) return { work: 0, tuningShare: 0 };
  const { work, tuningShare, steps } = known;
  if (stopAfter === undefined || steps === 0) return { work, tuningShare };
  return { work: work * tuningShare * stopAfter / steps, tuningShare: steps / stopAfter };
}

/** Runs that can share sessions follow each other. */
export function inSharingOrder(jobs: readonly BatchJob[]): BatchJob[] {
  return [...Map.groupBy(jobs, ({ shareKey }) => shareKey).values()].flat();
}
