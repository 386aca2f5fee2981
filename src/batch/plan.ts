import { CompileError } from "../compiler/mod.ts";
import { HubError } from "../hub/hub_error.ts";
import { ExperimentError, InputError, terminalMessage } from "../base/errors.ts";
import { joined, type Message, message, messageOf } from "../base/message.ts";
import type { Override } from "../experiment/override.ts";
import { parseVariants } from "../experiment/sweep.ts";
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

/**
 * The runs that experiment files ask for.
 *
 * @param args files, folders and patterns
 * @param results the folder of all results
 * @param overrides keys that all runs set to other values than their files
 * @throws {InputError} with the problems of all files, two files of the same name among them
 */
export async function planRuns(
  args: readonly string[],
  results: string,
  overrides: readonly Override[] = [],
): Promise<readonly PlannedRun[]> {
  const { runs, problems } = await planSound(args, results, overrides);
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
  return runs;
}

/** The runs of the valid files, and the problems of the others. */
export async function planSound(
  args: readonly string[],
  results: string,
  overrides: readonly Override[] = [],
): Promise<{ readonly runs: readonly PlannedRun[]; readonly problems: readonly Message[] }> {
  const runs: PlannedRun[] = [];
  const problems: Message[] = [];
  const owned = new OwnedFolders();
  for (const file of await findExperimentFiles(args)) {
    try {
      const own = await runsOf(file, results, overrides);
      const { name } = own[0]!.experiment;
      const isOfRun = own.every(({ variant, path }) => variant === "" && path !== runPath(results, name, ""));
      if (!isOfRun) owned.claim(name, name, file);
      for (const { path } of own) owned.claim(path, name, file);
      for (const run of own) runs.push(run);
    } catch (error) {
      problems.push(problemOf(error, file));
    }
  }
  return { runs, problems };
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
  file: string,
  results: string,
  overrides: readonly Override[],
): Promise<PlannedRun[]> {
  const variants = parseVariants(await readExperimentFile(file), file, overrides);
  const own = await variantOfFile(results, variants[0]!.experiment.name, file);
  return variants
    .map(({ name, settings, overrides, experiment, ensembleVariants }) => {
      const folder = name === "" ? own : name;
      const pathOf = (variant: string) => runPath(results, experiment.name, variant);
      const ensembleRuns = ensembleVariants?.map(pathOf) ??
        ensembleRunFolders(experiment, file);
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
    });
}
