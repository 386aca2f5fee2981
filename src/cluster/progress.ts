import { join, relative } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { innerPath } from "../base/inner_path.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { Lock } from "../disk/lock.ts";
import { readInTurns } from "../disk/read_in_turns.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { findRuns, type FoundRun, locksOfRun, partialRun, placedRun } from "../results/found_run.ts";
import { runFolders } from "../results/run_folders.ts";
import { isSameContent, type RunContent } from "../results/read_run.ts";
import { planPath } from "./plan_file.ts";
import type { Plan, TaskRun } from "./plan_files.ts";

/** How far a run is: `failed` has damaged ones, too; `waiting` are those that nobody is at, begun or not. */
export const PROGRESS_STATES = ["complete", "running", "failed", "waiting"] as const;

/** One of these. */
export type ProgressState = typeof PROGRESS_STATES[number];

/** How far a run is. */
export interface RunProgress {
  /** The path of its place from the folder of all results. */
  readonly name: string;
  readonly state: ProgressState;
  /** Why it failed, or why its results do not count. */
  readonly problem?: string;
  /** When it was begun, of one that is running. */
  readonly begun?: Date;
  /** When it wrote the last line of its history, of one that is running; where it has none yet, when it was begun. */
  readonly lastLine?: Date;
  /** The seconds that it took, of a complete one. */
  readonly took?: number;
  /** Its task's index in the plan's array; absent where there is no plan, and for ensembles, which come after all tasks. */
  readonly task?: number;
  /** The seconds that the plan gives it; null where it has no estimate. */
  readonly planned?: number | null;
}

/**
 * How far the runs in a folder of results are, from its files and locks alone: those of its plan, and complete ones that are not in it;
 * without a plan, those that have begun.
 *
 * @param results the folder of all results
 * @param path the plan's file
 * @throws {InputError} where the plan names a run outside the folder
 */
export async function progressOf(
  results: string,
  plan: Plan | undefined,
  path: string = planPath(results),
): Promise<RunProgress[]> {
  if (plan === undefined) {
    return await readInTurns(await findRuns(results), (run) => progressOfFound(run));
  }
  const planned = [...plan.tasks.flatMap(({ runs }) => runs), ...plan.last];
  for (const { folder } of planned) {
    if (innerPath(folder.replaceAll("\\", "/")) !== undefined) continue;
    throw new InputError(
      message`${path} names a run outside its folder (${ofFile(folder)}): submit again`,
    );
  }
  const tasks = plan.tasks.flatMap(({ runs }, task) => runs.map((run) => ({ run, task })));
  return [
    ...await readInTurns(tasks, async ({ run, task }) => {
      const progress = await progressOfPlanned(results, run.folder, contentOf(run));
      return { ...progress, task, planned: run.seconds };
    }),
    ...await readInTurns(plan.last, async ({ folder }) => await progressOfPlanned(results, folder)),
    ...await completeOthers(results, new Set(planned.map(placeIn))),
  ];
}

/** The complete runs that are in none of some folders: a plan has only those that were not complete when it was made. */
async function completeOthers(results: string, planned: ReadonlySet<string>): Promise<RunProgress[]> {
  const others = (await runFolders(results)).filter((folder) => !planned.has(relative(results, folder)));
  const found = await readInTurns(
    others,
    async (folder) => progressOfFound(await placedRun(folder, results)),
  );
  return found.filter(({ state }) => state === "complete");
}

function placeIn({ folder }: { readonly folder: string }): string {
  return join(folder);
}

function contentOf({ hash, hash_without_paths }: TaskRun): RunContent {
  return { contentHash: hash, pathlessHash: hash_without_paths };
}

/** @param content what it was planned to compute; `undefined`: whatever is there */
async function progressOfPlanned(results: string, name: string, content?: RunContent): Promise<RunProgress> {
  const place = join(results, name);
  const complete = await isThere(join(place, "metrics.json")) ? await placedRun(place, results) : undefined;
  if (complete?.state === "complete" && isOf(content, complete)) return await progressOfFound(complete, name);
  const partial = partialPath(place);
  if (await isThere(partial)) {
    const begun = await progressOfFound(await partialRun(partial, results), name);
    if (complete === undefined || begun.state !== "waiting") return begun;
  } else {
    const locks = await allDone((await locksOfRun(place)).map((lock) => Lock.isHeld(lock)));
    if (locks.includes(true)) return { name, state: "running" };
  }
  if (complete?.state === "complete") {
    return { name, state: "waiting", problem: "the results that are there are not those of the plan" };
  }
  return complete === undefined ? { name, state: "waiting" } : await progressOfFound(complete, name);
}

/** Whether a complete run is that of some content. */
function isOf(content: RunContent | undefined, { environment }: FoundRun): boolean {
  if (content === undefined || environment === undefined) return true;
  const { content_hash: contentHash, content_hash_without_paths: pathlessHash } = environment;
  return isSameContent(content, { contentHash, pathlessHash });
}

async function progressOfFound(
  { folder, state, problem, environment, name: found }: FoundRun,
  name = found,
): Promise<RunProgress> {
  switch (state) {
    case "complete":
      return { name, state, ...(environment && { took: environment.seconds.wall }) };
    case "running": {
      const begun = await changedAt(join(folder, "experiment.yaml"));
      const lastLine = await changedAt(join(folder, "history.jsonl")) ?? begun;
      return { name, state, ...(begun && { begun }), ...(lastLine && { lastLine }) };
    }
    case "partial":
      return { name, state: "waiting" };
    case "failed":
    case "damaged":
    case "newer":
      return { name, state: "failed", ...(problem !== undefined && { problem }) };
  }
}

async function changedAt(path: string): Promise<Date | undefined> {
  return (await Deno.stat(path).catch(() => undefined))?.mtime ?? undefined;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
