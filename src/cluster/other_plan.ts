import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { isSameContent, readFinished } from "../results/read_run.ts";
import { planPath, readPlan } from "./plan_file.ts";
import type { Plan, TaskRun } from "./plan_files.ts";

/**
 * Refuses to replace a plan that jobs may still follow: one that has a run that is not complete, and that the new plan does not have.
 *
 * @throws {InputError} with that run
 */
export async function refuseOtherPlan({ tasks }: Plan, results: string): Promise<void> {
  const before = await readPlan(results);
  if (before === undefined) return;
  const asked = new Set(tasks.flatMap(({ runs }) => runs.map(({ folder }) => folder)));
  for (const run of before.tasks.flatMap(({ runs }) => runs)) {
    if (asked.has(run.folder) || await isComplete(run, results)) continue;
    const path = planPath(results);
    throw new InputError(
      message`${path} plans other runs that are not complete (${
        ofFile(run.folder)
      }), and tasks may still follow it: submit into another results folder, or remove it when its jobs are over`,
    );
  }
}

async function isComplete(
  { folder, hash, hash_without_paths: pathlessHash }: TaskRun,
  results: string,
): Promise<boolean> {
  const finished = await readFinished(join(results, folder)).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  return finished !== undefined && isSameContent(finished, { contentHash: hash, pathlessHash });
}
