import { dirname, join, relative, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { innerPath } from "../base/inner_path.ts";
import { readInTurns } from "../disk/read_in_turns.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import { foldersAbove } from "../disk/project.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { DamagedRun } from "./damaged_run.ts";
import type { CompleteMetrics } from "./metrics_file.ts";
import { readEnvironment, readFinished, readMetrics } from "./read_run.ts";
import type { Environment } from "./run_files.ts";
import { partialRuns, runFolders } from "./run_folders.ts";
import type { RunState } from "./run_states.ts";

/** What is found of a run without reading its predictions. */
export interface FoundRun {
  /** Its folder, within the one that was searched; that of a run that is not complete ends in `.partial`. */
  readonly folder: string;
  /** The path of its place from the folder that was searched; empty for that folder itself. */
  readonly name: string;
  readonly state: RunState;
  /** When it ended; of one that is not complete, when its folder last changed. */
  readonly time: Date | undefined;
  /** Of a complete run. */
  readonly metrics?: CompleteMetrics;
  readonly environment?: Environment;
  /** Why it failed, or what is wrong with its files. */
  readonly problem?: string;
}

/**
 * All runs in a folder of results and beside it, those that are not complete after the others. Of complete ones the metrics are checked
 * against their hash, and the other files only for being there.
 *
 * @param folder that of all results, or one in it
 */
export async function findRuns(folder: string): Promise<FoundRun[]> {
  return [
    ...await readInTurns(await runFolders(folder), (path) => placedRun(path, folder)),
    ...await readInTurns(await partialRuns(folder), (path) => partialRun(path, folder)),
  ];
}

/** The run in a folder, which has a `metrics.json`. @param from the folder that its name is relative to */
export async function placedRun(path: string, from: string): Promise<FoundRun> {
  const about = { folder: path, name: relative(from, path), time: await changedAt(path) };
  try {
    const run = await readFinished(path);
    if (run === undefined) return { ...about, state: "partial" };
    const environment = await readEnvironment(path);
    const { metrics, time } = run;
    const lacking = await firstLacking(path, Object.keys(environment?.files ?? {}));
    const whole = { ...about, time, metrics, ...(environment && { environment }) };
    return lacking === undefined
      ? { ...whole, state: "complete" }
      : { ...whole, state: "damaged", problem: `it lacks ${lacking}` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error instanceof DamagedRun
      ? { ...about, state: "damaged", problem: error.reason.text }
      : { ...about, state: "newer", problem: error.message };
  }
}

/** The run that was begun in a partial folder. @param from the folder that its name is relative to */
export async function partialRun(path: string, from: string): Promise<FoundRun> {
  const place = placeOf(path);
  const about = { folder: path, name: relative(resolve(from), place), time: await changedAt(path) };
  const locks = await allDone((await locksOfRun(place)).map((lock) => Lock.isHeld(lock)));
  if (locks.includes(true)) return { ...about, state: "running" };
  const ended = await readMetrics(path).catch((error) => {
    if (!(error instanceof InputError)) throw error;
  });
  if (ended?.status !== "failed") return { ...about, state: "partial" };
  return { ...about, state: "failed", problem: ended.error };
}

/** The place of a run, of its partial folder. */
export function placeOf(partial: string): string {
  return resolve(partial).slice(0, -partialPath("").length);
}

/**
 * The locks on a run that somebody has ever taken: in the folder of all results, which is one of those above the run's, and may have
 * been another one each time that it was run.
 *
 * @param place the run's folder
 */
export async function locksOfRun(place: string): Promise<string[]> {
  const path = resolve(place);
  const locks = foldersAbove(dirname(path)).map((above) => lockPath(above, relative(above, path)));
  const areThere = await allDone(
    locks.map((lock) => Deno.stat(lock).then(({ isFile }) => isFile, () => false)),
  );
  return locks.filter((_, i) => areThere[i]);
}

async function changedAt(path: string): Promise<Date | undefined> {
  return (await Deno.stat(path).catch(() => undefined))?.mtime ?? undefined;
}

async function firstLacking(path: string, names: readonly string[]): Promise<string | undefined> {
  const isThere = await allDone(
    names.map((name) =>
      innerPath(name) === name
        ? Deno.stat(join(path, name)).then(({ isFile }) => isFile, () => false)
        : Promise.resolve(false)
    ),
  );
  return names.find((_, i) => !isThere[i]);
}
