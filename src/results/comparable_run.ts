import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { readEnvironment, readFinished } from "./read_run.ts";
import { runFolders } from "./run_folders.ts";

/**
 * The folder of the run that was completed last of the others in a results folder with the same data; `undefined` where there is none.
 *
 * @param path the folder of a complete run
 */
export async function comparableRun(results: string, path: string): Promise<string | undefined> {
  const own = await dataOf(path);
  if (own === undefined) return undefined;
  let found: { readonly folder: string; readonly time: number } | undefined;
  for (const folder of await runFolders(results)) {
    if (resolve(folder) === resolve(path) || await dataOf(folder) !== own) continue;
    const { mtime } = await Deno.stat(join(folder, "metrics.json"));
    const time = mtime?.getTime() ?? 0;
    if (found === undefined || time > found.time) found = { folder, time };
  }
  return found?.folder;
}

/** The hash of a complete run's data; `undefined` where its files are damaged. */
async function dataOf(folder: string): Promise<string | undefined> {
  try {
    if (await readFinished(folder) === undefined) return undefined;
    return (await readEnvironment(folder))?.dataset.sha256;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
