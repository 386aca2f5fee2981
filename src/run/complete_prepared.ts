import { sha256 } from "../base/sha256.ts";
import type { AnyExample, Splits } from "../dataset/example.ts";
import type { Dataset } from "../dataset/load.ts";
import type { TransferSet } from "../dataset/transfer.ts";
import type { KeyPath } from "../experiment/key_path.ts";
import type { DatasetKeys } from "../experiment/experiment_file.ts";
import { replacePaths } from "../experiment/replace_paths.ts";
import type { Experiment } from "../experiment/types.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { Verbalizer } from "../prompt/verbalizer.ts";
import type { GitCommit } from "../results/git_commit.ts";
import type { RunRequest } from "./context.ts";
import { type EnsemblePrompts, readEnsemblePrompts } from "./read_ensemble_prompts.ts";
import { readSourcePrompt, type SourcePrompt } from "./read_source_prompt.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** Data of any kind. */
export type AnyData =
  & Splits<AnyExample>
  & Pick<Dataset, "revision" | "sha256" | "repeated" | "notes" | "leftOut">;

/** Everything that an experiment names, read and checked. */
export interface PreparedBase<Asked extends Experiment = Experiment> {
  readonly experiment: Asked;
  readonly model: OpenModel;
  /** The training set is without the examples in the prompt. */
  readonly dataset: AnyData;
  /** Without classes where the answers are free texts. */
  readonly verbalizer: Verbalizer;
  /** The prompt that this one starts from, for `run` and `peft`. */
  readonly sourcePrompt: SourcePrompt | undefined;
  /** The prompts that vote, where there is an ensemble. */
  readonly ensemblePrompts: EnsemblePrompts | undefined;
  /** The transfer datasets. */
  readonly transfer: readonly TransferSet<AnyExample>[];
  /** The commit that the experiment's file is tracked in. */
  readonly commit: GitCommit;
  /** A hash of the experiment's content: its keys, its model and its data. */
  readonly contentHash: string;
  /** The same without the paths in it. */
  readonly pathlessHash: string;
}

/** What is asked to be prepared. */
export type PreparedRequest<Asked extends Experiment> = Pick<
  RunRequest<Asked>,
  "experiment" | "file" | "ensembleRuns"
>;

/**
 * Reads what experiments of all forms of answers name, and identifies their content.
 *
 * @param beside what answers depend on, besides the files that are hashed
 */
export async function complete<
  Asked extends Experiment,
  Data extends AnyData,
  Elsewhere extends TransferSet<AnyExample>,
>(
  { experiment, file, ensembleRuns }: PreparedRequest<Asked>,
  model: OpenModel,
  { dataset, verbalizer, transfer }: {
    readonly dataset: Data;
    readonly verbalizer: Verbalizer;
    readonly transfer: readonly Elsewhere[];
  },
  resources: ResourceCache,
  beside: readonly unknown[] = [],
): Promise<
  PreparedBase<Asked> & { readonly dataset: Data; readonly transfer: readonly Elsewhere[] }
> {
  const { revision: _, ...frozen } = experiment.model;
  const sourcePrompt = await readSourcePrompt(experiment.prompt, file, model);
  const ensemblePrompts = ensembleRuns && await readEnsemblePrompts(experiment, ensembleRuns, model);
  const asked = askedOf(experiment, frozen);
  const tuned = [...(sourcePrompt ? [sourcePrompt.sha256] : []), ...ensemblePrompts?.sha256 ?? []];
  const elsewhere = transfer.map(({ sha256 }) => sha256);
  const hash = async (asked: object) => {
    const { multiplier } = model.facts;
    const entered = multiplier === 1 ? [] : [{ multiplier }];
    const content = JSON.stringify([
      asked,
      model.files,
      ...entered,
      dataset.sha256,
      ...tuned,
      ...elsewhere,
      ...beside,
    ]);
    return await sha256(new TextEncoder().encode(content));
  };
  const isIdOnHub = ([key]: KeyPath) => key === "model" && model.revision !== null;
  const pathless = replacePaths(asked, (written, key) => isIdOnHub(key) ? written : undefined);
  return {
    experiment: {
      ...experiment,
      model: { ...frozen, ...(model.revision !== null && { revision: model.revision }) },
      dataset: atCommit(experiment.dataset, dataset.revision),
    },
    model,
    // The validation sets of several seeds are training sets of others.
    dataset: ensemblePrompts ? { ...dataset, validation: [] } : dataset,
    verbalizer,
    sourcePrompt,
    ensemblePrompts,
    transfer,
    commit: await resources.commit(file),
    contentHash: await hash(asked),
    pathlessHash: await hash(pathless),
  };
}

/** A dataset on the hub pinned to the commit that was read. */
function atCommit(
  dataset: Experiment["dataset"],
  commit: string | null,
): Experiment["dataset"] {
  if (!("source" in dataset)) return dataset;
  const { revision, ...named } = dataset;
  return { ...named, revision: commit ?? revision };
}

/**
 * What identifies an experiment's content: not its name, nor the folders of an ensemble's prompts. `tune` counts where
 * it is not the default for the kind of prompt.
 */
function askedOf(
  { name: _, description: __, tune, ensemble, ...asked }: Experiment,
  model: Omit<Experiment["model"], "revision">,
): object {
  const { revision: ___, ...dataset }: DatasetKeys = asked.dataset;
  const isUsual = tune === (asked.prompt.kind === "soft" ? "prompt" : "none");
  return { ...asked, model, dataset, ...(!isUsual && { tune }), ...(ensemble && { vote: ensemble.vote }) };
}
