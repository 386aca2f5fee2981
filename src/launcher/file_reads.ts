import { resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { findExperimentFiles } from "../batch/find_experiment_files.ts";
import { isWithin, projectOf, realPlace } from "../disk/project.ts";
import { type Override, parseOverrides } from "../experiment/override.ts";
import { experimentFileAt } from "../experiment/read_experiment_file.ts";
import { experimentReads } from "./experiment_reads.ts";
import { checkUsualFolder } from "./usual_folder.ts";

/** How experiment files are used. */
interface Reading {
  /** The program's own folder, with the data and models that come with it. */
  readonly program: string;
  /** What the user lets all files name outside their projects. */
  readonly granted: () => Promise<readonly string[]>;
  readonly results: string;
  /** What the command line lets them name. */
  readonly allowRead: readonly string[];
  /** Keys that the command line sets. */
  readonly overrides: readonly string[];
}

/**
 * What runs of experiment files may read.
 *
 * @throws {InputError} where one of them names a path that it may not
 */
export async function readsOfFiles(files: readonly string[], reading: Reading): Promise<string[]> {
  const typed = parseOverrides(reading.overrides);
  const named = await allDone(files.map(experimentFileAt));
  return (await allDone(named.map((file) => readsOf(file, reading, typed)))).flat();
}

/**
 * What runs of all experiment files may read that arguments name: files, folders and patterns.
 *
 * @throws {InputError} with all that is wrong in the files
 */
export async function readsOfFound(args: readonly string[], reading: Reading): Promise<string[]> {
  const typed = parseOverrides(reading.overrides);
  const found = await findExperimentFiles(args);
  const all = await Promise.allSettled(found.map((file) => readsOf(file, reading, typed)));
  const refused = all.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  const wrong = refused.map((error) => {
    if (!(error instanceof InputError)) throw error;
    return error.forms;
  });
  if (wrong.length > 0) throw new InputError(joined(wrong, "\n"));
  return all.flatMap((one) => one.status === "fulfilled" ? one.value : []);
}

async function readsOf(
  file: string,
  { program, granted, results, allowRead }: Reading,
  typed: readonly Override[],
): Promise<string[]> {
  await checkUsualFolder(results, "--results");
  const allowed = [
    ...allowRead,
    ...await granted(),
    results,
    program,
    ...await projectOfResults(file, results),
  ];
  return await experimentReads(file, allowed, typed);
}

/** The project of the results, for a run's own experiment file in them: it names the data of its project from there. */
async function projectOfResults(file: string, results: string): Promise<string[]> {
  const folder = await realPlace(resolve(results));
  if (!isWithin(await realPlace(resolve(file)), folder)) return [];
  const project = await projectOf(folder);
  return project === undefined ? [] : [project];
}
