import { dirname, join, relative, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { lockPath } from "../disk/lock.ts";
import { isWithin } from "../disk/project.ts";
import { temporaryPath } from "../disk/write_whole.ts";
import { BEGUN_FILE } from "./begun_run.ts";
import { CHECKPOINT_FILES } from "./checkpoint_files.ts";
import { locksOfRun, partialRun, placedRun, placeOf } from "./found_run.ts";
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
  /** Whoever removes it takes these locks. */
  readonly locks: readonly string[];
}

/** The runs that were begun, are not complete, and that nobody computes. @param results the folder of all results */
export async function removablePartials(results: string): Promise<Removable[]> {
  const found: Removable[] = [];
  for (const folder of await partialRuns(results)) {
    if (!isWithin(folder, resolve(results))) continue;
    const { state } = await partialRun(folder, results);
    if (state === "running") continue;
    found.push(await removable(folder, isPartialFile, await locksToTake(placeOf(folder), results)));
  }
  return found;
}

/**
 * The runs in a folder of results that are not to stay, those of variants before the folders that hold them. A `metrics.json` that is
 * not of a run of this program's makes none.
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
    found.push(await removable(folder, isRunFile, await locksToTake(folder, results)));
  }
  return found.toReversed();
}

/**
 * The locks on a run: those that were ever taken; of one that nobody has locked, the one that a new process would take.
 *
 * @throws {InputError} where one is in a folder above that of all results: so that is another
 */
async function locksToTake(place: string, results: string): Promise<string[]> {
  const all = resolve(results);
  const locks = await locksOfRun(place);
  const above = locks.find((lock) => !isWithin(lock, all));
  if (above === undefined) return locks.length > 0 ? locks : [lockPath(all, relative(all, resolve(place)))];
  throw new InputError(
    `${results} is in the folder of all results, ${dirname(dirname(above))}: name that one by --results`,
  );
}

/** What can be removed of a folder. @param isOwn whether a file is one that this program writes, by its name */
export async function removable(
  folder: string,
  isOwn: (name: string) => boolean,
  locks: readonly string[],
): Promise<Removable> {
  const files: string[] = [];
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory || !isOwn(name)) continue;
    files.push(name);
    bytes += (await Deno.lstat(join(folder, name))).size;
  }
  return { folder, files, bytes, locks };
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
