import { resolve } from "@std/path";
import { ConfigValueError, InputError } from "../base/errors.ts";
import { joined, type Message, message, ofFile } from "../base/message.ts";
import { isWithin } from "../disk/project.ts";
import { namedIn, pathsIn } from "../experiment/paths_in.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { canBeRepositoryId } from "../hub/repository_id.ts";
import { type PlannedRun, planSound, problemOf } from "./plan.ts";

/**
 * Which runs some experiment files ask for: those that they would run, and those that they name, such as one whose prompt another
 * starts from, or the members of an ensemble.
 *
 * @param args files, folders and patterns
 * @param results the folder of all results
 * @returns whether a run is asked for, by its folder
 * @throws {InputError} where a file is wrong, or names a model or data that are not there: what it asks for is not known
 */
export async function askedRuns(
  args: readonly string[],
  results: string,
): Promise<(folder: string) => boolean> {
  const { runs, searches, problems } = await planSound(args, results);
  const missing = await missingPaths(runs, resolve(results));
  if (problems.length + missing.length > 0) throw new InputError(joined([...problems, ...missing], "\n"));
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

/** The problems of files that name what is not there, outside the results: these may have gone before. */
async function missingPaths(runs: readonly PlannedRun[], results: string): Promise<Message[]> {
  const problems: Message[] = [];
  const seen = new Set<string>();
  for (const run of runs) {
    for (const { key, written, path } of namedIn(run.experiment, run.file)) {
      if (seen.has(path) || isWithin(path, results) || canBeRepositoryId(written)) continue;
      seen.add(path);
      if (await Deno.stat(path).then(() => true, () => false)) continue;
      const wrong = new ConfigValueError([{
        path: key,
        message: message`'${key.join(".")}' leads to nothing: there is no ${ofFile(path)}`,
      }]);
      await withPlaces(run, () => Promise.reject(wrong)).catch((error) => {
        problems.push(problemOf(error, run.file));
      });
    }
  }
  return problems;
}
