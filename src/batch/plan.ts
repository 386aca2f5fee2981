import { CompileError } from "../compiler/graph/errors.ts";
import { HubError } from "../hub/hub_error.ts";
import { ExperimentError, InputError, terminalMessage } from "../base/errors.ts";
import { joined, type Message, message, messageOf } from "../base/message.ts";
import type { Override } from "../experiment/override.ts";
import { ExperimentDocument } from "../experiment/document.ts";
import { asksForSearch, SearchFile } from "../experiment/search_file.ts";
import { parseVariants, type Variant } from "../experiment/sweep.ts";
import { readExperimentFile } from "../experiment/read_experiment_file.ts";
import type { Experiment } from "../experiment/types.ts";
import { findExperimentFiles } from "./find_experiment_files.ts";
import { OwnedFolders, runPath, variantOfFile } from "../results/run_path.ts";
import type { RunRequest } from "../run/context.ts";
import { ensembleRunFolders } from "../run/read_ensemble_prompts.ts";

/** One of the runs that experiment files ask for. Plain data, which can be sent to a worker. */
export interface PlannedRun<Asked extends Experiment = Experiment> extends RunRequest<Asked> {
  /** The variant's name; empty for a file that asks for one run. */
  readonly variant: string;
  /** The swept keys by their path, with their values in this run. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly overrides: readonly Override[];
}

/** A search that an experiment file asks for. Its runs are those that it draws. */
export interface PlannedSearch {
  readonly file: string;
  readonly search: SearchFile;
  /** The folder of its results, within that of all results. */
  readonly folder: string;
}

/** What experiment files ask for. */
export interface Plan {
  readonly runs: readonly PlannedRun[];
  readonly searches: readonly PlannedSearch[];
}

/**
 * What experiment files ask for.
 *
 * @param args files, folders and patterns
 * @param results the folder of all results
 * @param overrides keys that all runs set to other values than their files
 * @throws {InputError} with the problems of all files, two files of the same name among them
 */
export async function planAll(
  args: readonly string[],
  results: string,
  overrides: readonly Override[] = [],
): Promise<Plan> {
  const { problems, ...plan } = await planSound(args, results, overrides);
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
  return plan;
}

/** What the valid files ask for, and the problems of the others. */
export async function planSound(
  args: readonly string[],
  results: string,
  overrides: readonly Override[] = [],
): Promise<Plan & { readonly problems: readonly Message[] }> {
  const runs: PlannedRun[] = [];
  const searches: PlannedSearch[] = [];
  const problems: Message[] = [];
  const owned = new OwnedFolders();
  for (const file of await findExperimentFiles(args)) {
    try {
      const text = await readExperimentFile(file);
      const document = new ExperimentDocument(text, file);
      if (asksForSearch(document)) {
        const search = new SearchFile(document, overrides);
        const folder = runPath(results, search.name, "");
        owned.claim(search.name, search.name, file);
        owned.claim(folder, search.name, file);
        searches.push({ file, search, folder });
        continue;
      }
      const own = await runsOf(text, file, results, overrides);
      const { name } = own[0]!.experiment;
      const isOfRun = own.every(({ variant, path }) => variant === "" && path !== runPath(results, name, ""));
      if (!isOfRun) owned.claim(name, name, file);
      for (const { path } of own) owned.claim(path, name, file);
      for (const run of own) runs.push(run);
    } catch (error) {
      problems.push(problemOf(error, file));
    }
  }
  return { runs, searches, problems };
}

/** The message of an error in a file. One of a kind that is not expected is no reason to leave out the other files. */
export function problemOf(error: unknown, file: string): Message {
  if (!(error instanceof InputError || error instanceof CompileError || error instanceof HubError)) {
    return message`${file}: unexpected: ${terminalMessage(error)}`;
  }
  const own = messageOf(error instanceof InputError ? error.forms : error.message);
  return error instanceof ExperimentError || error.message.includes(file) ? own : message`${file}: ${own}`;
}

async function runsOf(
  text: string,
  file: string,
  results: string,
  overrides: readonly Override[],
): Promise<PlannedRun[]> {
  const variants = parseVariants(text, file, overrides);
  const own = await variantOfFile(results, variants[0]!.experiment.name, file);
  return variants.map((variant) => plannedRun(variant, file, results, own));
}

/**
 * The run of a variant.
 *
 * @param results the folder of all results
 * @param own the name of its folder, where the variant has none; empty for that of the experiment
 */
export function plannedRun(
  { name, settings, overrides, experiment, ensembleVariants }: Variant,
  file: string,
  results: string,
  own = "",
): PlannedRun {
  const folder = name === "" ? own : name;
  const pathOf = (variant: string) => runPath(results, experiment.name, variant);
  const ensembleRuns = ensembleVariants?.map(pathOf) ?? ensembleRunFolders(experiment, file);
  return {
    file,
    experiment,
    variant: name,
    settings,
    overrides,
    title: folder === "" ? experiment.name : `${experiment.name}/${folder}`,
    path: pathOf(folder),
    ...(ensembleRuns && { ensembleRuns }),
  };
}
