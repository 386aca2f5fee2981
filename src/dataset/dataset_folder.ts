import { COMMAND } from "../base/called_as.ts";
import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { foldersAbove } from "../disk/project.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { DatasetKeys, EvaluationTransferKeys } from "../experiment/experiment_file.ts";

/** The folder of a project that contains its datasets, each in a folder of its name. */
export const DATA_FOLDER = "data";

/**
 * The folder that a dataset's file names are relative to: the experiment's own; the one that it names; or, for a
 * built-in dataset without a path, `data/<name>` in the nearest folder above the experiment's file that has one.
 *
 * @param file the experiment file
 * @throws {InputError} where no folder above the file has the dataset
 */
export async function datasetFolder(
  { name, path }: DatasetKeys | EvaluationTransferKeys,
  file: string,
): Promise<string> {
  const experiments: string = pathsFrom(resolve(file));
  if (name === undefined || path !== undefined) return resolve(experiments, path ?? "");
  const wanted: string = join(DATA_FOLDER, name);
  const folder = await nearest(wanted, experiments);
  if (folder !== undefined) return folder;
  const fetch = name === RT_POLARITY.name ? `run '${COMMAND} data ${name}', or ` : "";
  throw new InputError(
    `there is no folder ${wanted} in ${
      foldersAbove(experiments).join(", ")
    }: ${fetch}set 'path' to the folder that has its files`,
  );
}

/** The folder of this path, relative to a folder or to the nearest one above that has it; `undefined` where none has. */
export async function nearest(path: string, from: string): Promise<string | undefined> {
  for (const folder of foldersAbove(resolve(from))) {
    const candidate: string = join(folder, path);
    if (await isFolder(candidate)) return candidate;
  }
  return undefined;
}

/** The places where `data/<name>` is searched: in a folder and all above it, the nearest first. */
export function dataFoldersAbove(name: string, from: string): string[] {
  return foldersAbove(resolve(from)).map((folder) => join(folder, DATA_FOLDER, name));
}

/**
 * The folder that a dataset is written to, for experiments in or below a folder: the one that they find; where there is
 * none, one in the nearest data folder above, such as the project's for users in one of its subfolders; else one in the folder itself.
 */
export async function folderToFill(name: string, here: string): Promise<string> {
  return await nearest(join(DATA_FOLDER, name), here) ??
    join(await nearest(DATA_FOLDER, here) ?? join(here, DATA_FOLDER), name);
}

/** Whether there is such a folder that can be looked into: what lies above a folder need not be the user's. */
async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, (error) => {
    if (isAbsent(error) || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  });
}
