import { allDone } from "../base/all_done.ts";
import { resolve } from "@std/path";
import { ExperimentError, InputError, type Problem } from "../base/errors.ts";
import { dataFoldersAbove } from "../dataset/dataset_folder.ts";
import { ExperimentDocument } from "../experiment/document.ts";
import { isWithin as isKeyWithin } from "../experiment/key_path.ts";
import { CHOICES } from "../experiment/experiment_file.ts";
import { overridden, type Override } from "../experiment/override.ts";
import { readExperimentFile } from "../experiment/read_experiment_file.ts";
import { namedPaths } from "./named_paths.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { isWithin, projectOf, realPlace, sharedRepository } from "../disk/project.ts";

/**
 * What a run of an experiment file may read: the file, its project, the built-in datasets that it may find above itself, and what
 * else the user lets it name.
 *
 * @param file on the command line: the user trusts its project, and not what else it names
 * @param allowed folders and files outside the project
 * @param overrides what the command line sets: paths that the user has typed may be read
 * @throws {ExperimentError} where it names a path outside both, with the key's place
 */
export async function experimentReads(
  file: string,
  allowed: readonly string[],
  overrides: readonly Override[] = [],
): Promise<string[]> {
  const project = await projectOf(file);
  const repository = project && await sharedRepository(project);
  const document = await documentOf(file);
  const within = [...(project === undefined ? [] : [project]), ...allowed];
  if (document !== undefined) await refuseOutside(document, overrides, project, within);
  const typed = namedPaths({ content: overridden({}, overrides), file }).map(({ path }) => path);
  const data = CHOICES["dataset.name"].flatMap((name) => dataFoldersAbove(name, pathsFrom(resolve(file))));
  return [file, ...within, ...typed, ...(repository === undefined ? [] : [repository]), ...data];
}

/** The content of a file; `undefined` where it cannot be read, which the program itself reports. */
async function documentOf(file: string): Promise<ExperimentDocument | undefined> {
  try {
    return new ExperimentDocument(await readExperimentFile(file), file);
  } catch (error) {
    if (error instanceof InputError || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

async function refuseOutside(
  document: ExperimentDocument,
  overrides: readonly Override[],
  project: string | undefined,
  within: readonly string[],
): Promise<void> {
  const places = await allDone(within.map((path) => realPlace(resolve(path))));
  const problems: Problem[] = [];
  for (const { key, written, path } of namedPaths(document)) {
    if (overrides.some((override) => isKeyWithin(key, override.path))) continue;
    const real = await realPlace(path);
    if (places.some((place) => isWithin(real, place))) continue;
    problems.push({
      ...document.place(key),
      message: `'${key.join(".")}' leads to ${real}, out of ${
        project === undefined ? "the file's own project" : `the project ${project}`
      } (${written}): add --allow-read ${path} if you want it read`,
    });
  }
  if (problems.length > 0) throw new ExperimentError(document.file, problems);
}
