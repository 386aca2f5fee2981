import { dirname, join, resolve, SEPARATOR } from "@std/path";
import { InputError } from "../base/errors.ts";
import { historyFolder } from "../disk/kept_place.ts";
import { areOfClasses } from "./metrics_file.ts";
import { readEnvironment, readFinished } from "./read_run.ts";
import { runFolders } from "./run_folders.ts";

/**
 * The folder of the run that a complete one is best compared with: with the same data, the last one that was in its place before;
 * without one, the last to be completed of the others in a results folder. Runs below it and above it are none, as a comparison
 * of the upper folder counts both.
 *
 * @param path the folder of a complete run
 * @returns `undefined` where there is none
 */
export async function comparableRun(results: string, path: string): Promise<string | undefined> {
  const data = await dataOf(path);
  if (data === undefined) return undefined;
  const history = historyFolder(results, path);
  const before = (await runFolders(history)).filter((folder) => dirname(folder) === history);
  const others = (await runFolders(results)).filter((folder) => !holds(folder, path) && !holds(path, folder));
  return await lastOf(before, data) ?? await lastOf(others, data);
}

/** Whether a folder is the same as another, or above it. */
function holds(folder: string, other: string): boolean {
  return `${resolve(other)}${SEPARATOR}`.startsWith(`${resolve(folder)}${SEPARATOR}`);
}

/** The folder of the run that was completed last of those with some data. */
async function lastOf(folders: readonly string[], data: string): Promise<string | undefined> {
  let found: { readonly folder: string; readonly time: number } | undefined;
  for (const folder of folders) {
    if (await dataOf(folder) !== data) continue;
    const { mtime } = await Deno.stat(join(folder, "metrics.json"));
    const time = mtime?.getTime() ?? 0;
    if (found === undefined || time > found.time) found = { folder, time };
  }
  return found?.folder;
}

/** The hash of a complete run's data, and whether they have classes; `undefined` where its files are damaged. */
async function dataOf(folder: string): Promise<string | undefined> {
  try {
    const finished = await readFinished(folder);
    const environment = await readEnvironment(folder);
    if (finished === undefined || environment === undefined) return undefined;
    return `${environment.dataset.sha256} ${areOfClasses(finished.metrics) ? "classes" : "texts"}`;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
