import { resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { PROGRAM_FOLDER } from "../disk/program_folder.ts";
import { isWithin, projectOf, realPlace } from "../disk/project.ts";
import { namedIn } from "../experiment/paths_in.ts";
import { canBeRepositoryId } from "../hub/repository_id.ts";

/**
 * The paths that a run's own experiment file names and that a command on it may not read unasked: they are neither in its project, nor
 * in that of the results, nor the program's own.
 *
 * @param experiment in the file
 * @param results the folder of all results
 */
export async function pathsOutside(experiment: object, file: string, results: string): Promise<string[]> {
  const projects = await allDone([projectOf(file), projectOf(results)]);
  const within = [results, PROGRAM_FOLDER, ...projects.flatMap((project) => project ?? [])];
  const places = await allDone(within.map((path) => realPlace(resolve(path))));
  const found: string[] = [];
  for (const { written, path } of namedIn(experiment, file)) {
    const real = await realPlace(path);
    const isNear = places.some((place) => isWithin(real, place));
    if (!isNear && !canBeRepositoryId(written)) found.push(path);
  }
  return [...new Set(found)];
}
