import { join, relative, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { datasetFolder } from "../dataset/dataset_folder.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { isWithin, projectOf, realPlace } from "../disk/project.ts";
import { readWritten } from "../experiment/read_written.ts";
import { replacePaths } from "../experiment/replace_paths.ts";
import type { Experiment } from "../experiment/types.ts";
import type { AnsweredDataset, AnsweredTransfer } from "../experiment/text_types.ts";
import type { DatasetSpec, TransferSpec } from "../experiment/types.ts";
import type { RunRequest } from "./context.ts";

/** Data of any kind. */
type AnySpec = DatasetSpec | TransferSpec | AnsweredDataset | AnsweredTransfer;

/** What is needed of a run to find what its experiment names. */
type Placed = Pick<RunRequest, "file" | "path" | "ensembleRuns">;

/**
 * An experiment as its run writes it into its folder, where it can be run as it is: the same models, data and prompts are found from
 * there. What lies in the project of the results is named by a relative path, so that the project can be moved; anything else by an absolute one.
 *
 * @param results the folder of all results
 */
export async function writtenExperiment(
  experiment: Experiment,
  { file, path, ensembleRuns }: Placed,
  results: string,
): Promise<Experiment> {
  const from = pathsFrom(resolve(file));
  const all = await realPlace(resolve(results));
  const project = await projectOf(all);
  const place: string = join(all, relative(resolve(results), resolve(path)));
  const fromPlace = (written: string) => {
    const target = resolve(from, written);
    const isBeside = project !== undefined && isWithin(target, project);
    return (isBeside ? relative(place, target) : target).replaceAll("\\", "/");
  };
  const isFolder = await isThere(resolve(from, experiment.model.source));
  const { dataset, ensemble, evaluation: { transfer } } = experiment;
  const found = <Spec extends AnySpec>(spec: Spec) => foundFrom(spec, place, file);
  const elsewhere: readonly AnySpec[] | undefined = transfer;
  const complete = {
    ...experiment,
    dataset: await found(dataset),
    ...(elsewhere && {
      evaluation: { ...experiment.evaluation, transfer: await allDone(elsewhere.map((one) => found(one))) },
    }),
    ...(ensemble && ensembleRuns &&
      { ensemble: { vote: ensemble.vote, runs: await realPaths(ensembleRuns) } }),
  };
  return readWritten(
    replacePaths(
      complete,
      (written, key) => key.join(".") === "model.source" && !isFolder ? written : fromPlace(written),
    ),
  );
}

/** Data with the path of their folder, where a file in another folder would find other built-in data or none. */
async function foundFrom<Spec extends AnySpec>(
  spec: Spec,
  place: string,
  file: string,
): Promise<Spec> {
  if (!("name" in spec) || spec.path !== undefined) return spec;
  const folder = await folderOf(spec.name, file);
  const isSame = folder === undefined || folder === await folderOf(spec.name, join(place, "experiment.yaml"));
  return isSame ? spec : { ...spec, path: folder };
}

/** The folder in which an experiment file finds a built-in dataset; `undefined` where there is none, or the program may not look for one. */
async function folderOf(name: "rt-polarity" | "reviews-demo", file: string): Promise<string | undefined> {
  return await datasetFolder({ name }, file).catch((error) => {
    if (error instanceof InputError || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  });
}

async function realPaths(paths: readonly string[]): Promise<string[]> {
  return await allDone(paths.map((path) => realPlace(resolve(path))));
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
