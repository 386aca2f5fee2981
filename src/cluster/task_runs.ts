import { relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { isSameContent } from "../results/read_run.ts";
import { prepare } from "../run/prepare.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { planPath, readPlan } from "./plan_file.ts";

/** A run's folder as plans name it, relative to that of all results. */
export function plannedFolder(results: string, path: string): string {
  return relative(results, path).replaceAll("\\", "/");
}

/**
 * The runs of a task of a plan, in its order.
 *
 * @param runs what the experiment files ask for
 * @param index of the task, from 0
 * @param path the plan's file
 * @throws {InputError} where there is no plan, no such task in it, or a run is not the one that was planned
 */
export async function runsOfTask(
  runs: readonly PlannedRun[],
  results: string,
  index: number,
  resources: ResourceCache,
  path: string = planPath(results),
): Promise<PlannedRun[]> {
  const plan = await readPlan(results, path);
  if (plan === undefined) {
    throw new InputError(`there is no ${path}: --shard auto executes what softprompt submit has planned`);
  }
  const task = plan.tasks[index];
  if (task === undefined) {
    throw new InputError(
      `${path} has no task ${index} (it has ${plan.tasks.length}, from 0): it was made for another array; submit again`,
    );
  }
  const asked = new Map(runs.map((run) => [plannedFolder(results, run.path), run]));
  const own: PlannedRun[] = [];
  for (const { folder, hash, hash_without_paths: pathlessHash } of task.runs) {
    const run = asked.get(folder);
    if (run === undefined) {
      throw new InputError(
        message`${path} plans the run ${
          ofFile(folder)
        }, which none of these files asks for: they have changed since, or are others; submit again`,
      );
    }
    const prepared = await withPlaces(run, () => prepare(run, resources));
    if (!isSameContent(prepared, { contentHash: hash, pathlessHash })) {
      throw new InputError(
        message`${run.file}: the run ${
          ofFile(run.title)
        } is not the one that ${path} plans (its content hash is ${prepared.contentHash}, and was ${
          ofFile(hash)
        }): the file, or what it names, has changed since; put it back, or submit again`,
      );
    }
    own.push(run);
  }
  return own;
}
