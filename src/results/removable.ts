import { join, resolve } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { isWithin } from "../disk/project.ts";
import { temporaryPath } from "../disk/write_whole.ts";
import { BEGUN_FILE } from "./begun_run.ts";
import { CHECKPOINT_FILES } from "./checkpoint_files.ts";
import { lockOfRun, partialRun, placedRun, placeOf } from "./found_run.ts";
import { isRunFile } from "./own_files.ts";
import { readEnvironment } from "./read_run.ts";
import { partialRuns, runFolders } from "./run_folders.ts";

/** A folder that can be removed: the files in it that this program has written, and what locks it. */
export interface Removable {
  readonly folder: string;
  /** The names of the files directly in it that go; all else stays. */
  readonly files: readonly string[];
  /** Their sizes together. */
  readonly bytes: number;
  /** Whoever removes it takes this lock. */
  readonly lock: string;
}

/** The runs that were begun, are not complete, and that nobody computes. @param results the folder of all results */
export async function removablePartials(results: string): Promise<Removable[]> {
  const found: Removable[] = [];
  for (const folder of await partialRuns(results)) {
    if (!isWithin(folder, resolve(results))) continue;
    const { state } = await partialRun(folder, results, results);
    if (state === "running") continue;
    found.push(await removable(folder, isPartialFile, lockOfRun(results, placeOf(folder))));
  }
  return found;
}

/**
 * The runs in a folder of results that are not to stay, those of variants before the folders that hold them. A `metrics.json` that is not of a run of this program's makes none.
 *
 * @param stays whether a run stays, by its folder
 */
export async function removableRuns(
  results: string,
  stays: (folder: string) => boolean,
): Promise<Removable[]> {
  const found: Removable[] = [];
  for (const folder of await runFolders(results)) {
    if (stays(folder)) continue;
    const { state } = await placedRun(folder, results);
    const environment = state === "newer" ? undefined : await readEnvironment(folder).catch(() => undefined);
    if (environment === undefined) continue;
    found.push(await removable(folder, isRunFile, lockOfRun(results, folder)));
  }
  return found.toReversed();
}

/** What can be removed of a folder. @param isOwn whether a file is one that this program writes, by its name */
export async function removable(
  folder: string,
  isOwn: (name: string) => boolean,
  lock: string,
): Promise<Removable> {
  const files: string[] = [];
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory || !isOwn(name)) continue;
    files.push(name);
    bytes += (await Deno.lstat(join(folder, name))).size;
  }
  return { folder, files, bytes, lock };
}

/** Removes the files of a folder that are this program's, and the folder where nothing else is in it. */
export async function removeOwn({ folder, files }: Pick<Removable, "folder" | "files">): Promise<void> {
  for (const name of files) await Deno.remove(join(folder, name)).catch(ignoreAbsent);
  const left = await Array.fromAsync(Deno.readDir(folder)).catch((error) => (ignoreAbsent(error), undefined));
  if (left?.length === 0) await Deno.remove(folder).catch(ignoreAbsent);
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}

/** The files of a run's partial folder, also while they are written. */
function isPartialFile(name: string): boolean {
  const names: readonly string[] = [...CHECKPOINT_FILES, BEGUN_FILE];
  const isOwn = (one: string) => isRunFile(one) || names.includes(one);
  const suffix = temporaryPath("");
  return isOwn(name) || name.endsWith(suffix) && isOwn(name.slice(0, -suffix.length));
}
