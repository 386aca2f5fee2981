import { resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { isWithin } from "../disk/project.ts";
import { pathsIn } from "../experiment/paths_in.ts";
import { planSound } from "./plan.ts";

/**
 * Which runs some experiment files ask for: those that they would run, and those that they name, such as one whose prompt another
 * starts from, or the members of an ensemble.
 *
 * @param args files, folders and patterns
 * @param results the folder of all results
 * @returns whether a run is asked for, by its folder
 * @throws {InputError} where a file is wrong: what it asks for is not known
 */
export async function askedRuns(
  args: readonly string[],
  results: string,
): Promise<(folder: string) => boolean> {
  const { runs, searches, problems } = await planSound(args, results);
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
  const asked = new Set(
    runs.flatMap(({ path, ensembleRuns = [] }) => [path, ...ensembleRuns].map((one) => resolve(one))),
  );
  const drawn = searches.map(({ folder }) => resolve(folder));
  const isDrawn = (folder: string) => drawn.some((search) => isWithin(folder, search));
  const named = new Set(runs.flatMap(({ experiment, file }) => pathsIn(experiment, file)));
  const isNamed = (folder: string) =>
    [...named].some((path) => isWithin(path, folder) || isWithin(folder, path) && path !== resolve(results));
  return (folder) => {
    const place = resolve(folder);
    return asked.has(place) || isDrawn(place) || isNamed(place);
  };
}
