import { checkTrainable } from "../dataset/class_counts.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import { sha256 } from "../base/sha256.ts";
import { ConfigValueError, reworded } from "../base/errors.ts";
import type { KeyPath } from "../experiment/document.ts";
import { replacePaths } from "../experiment/replace_paths.ts";
import type { DatasetKeys } from "../experiment/experiment_file.ts";
import type { DatasetSpec, Experiment, WordExperiment } from "../experiment/types.ts";
import { readsPadding } from "../prompt/padding.ts";
import { readable } from "../prompt/stretch.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { TransferSet } from "../dataset/transfer.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { GitCommit } from "../results/git_commit.ts";
import { readSourcePrompt, type SourcePrompt } from "./read_source_prompt.ts";
import { type EnsemblePrompts, readEnsemblePrompts } from "./read_ensemble_prompts.ts";
import type { RunRequest } from "./context.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** Everything that an experiment names, read and checked. */
export interface Prepared<Asked extends WordExperiment = WordExperiment> {
  readonly experiment: Asked;
  readonly model: OpenModel;
  readonly dataset: Dataset;
  readonly verbalizer: Verbalizer;
  /** The prompt that this one starts from, for `run` and `peft`. */
  readonly sourcePrompt: SourcePrompt | undefined;
  /** The prompts that vote, where there is an ensemble. */
  readonly ensemblePrompts: EnsemblePrompts | undefined;
  /** The transfer datasets. */
  readonly transfer: readonly TransferSet[];
  /** The commit that the experiment's file is tracked in. */
  readonly commit: GitCommit;
  /** A hash of the experiment's content: its keys, its model and its data. */
  readonly contentHash: string;
  /** The same without the paths in it. */
  readonly pathlessHash: string;
}

/**
 * Reads what an experiment names.
 *
 * @param resources the resources that other runs share
 * @throws {InputError} on anything missing or unsuitable
 */
export async function prepare(
  { experiment, file, ensembleRuns }: Pick<RunRequest, "experiment" | "file" | "ensembleRuns">,
  resources: ResourceCache,
): Promise<Prepared> {
  const model = await resources.model(experiment.model, file);
  checkTuning(experiment, model);
  const verbalizer = readVerbalizer(experiment.verbalizer, model.tokenizer, experiment.multiTokenWords);
  checkStartingWords(experiment, model.tokenizer);
  const dataset = await resources.dataset(experiment, file, verbalizer.classes);
  const { revision: _, ...frozen } = experiment.model;
  if (experiment.training) checkTrainable(dataset, verbalizer.classes, datasetName(experiment.dataset));
  const sourcePrompt = await readSourcePrompt(experiment.prompt, file, model);
  const ensemblePrompts = ensembleRuns && await readEnsemblePrompts(experiment, ensembleRuns, model);
  const asked = askedOf(experiment, frozen);
  const transfer = await resources.transfer(experiment, file, verbalizer.classes);
  const tuned = [...(sourcePrompt ? [sourcePrompt.sha256] : []), ...ensemblePrompts?.sha256 ?? []];
  const elsewhere = transfer.map(({ sha256 }) => sha256);
  const hash = async (asked: object) => {
    const content = JSON.stringify([asked, model.files, dataset.sha256, ...tuned, ...elsewhere]);
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

/** Refuses an initialization from words without vectors in the model. @throws {ConfigValueError} naming the word */
export function checkStartingWords(
  { prompt, verbalizer = {} }: Pick<Experiment, "prompt" | "verbalizer">,
  tokenizer: Tokenizer,
): void {
  if (prompt.kind === "hard") return;
  const { initialization } = prompt;
  const check = (text: string, path: readonly (string | number)[]) =>
    reworded(
      () => readable(tokenizer.encode(text), tokenizer),
      (message) => new ConfigValueError([{ path, message }]),
    );
  if (initialization.from === "text") check(initialization.text, ["prompt", "initialization", "text"]);
  if (initialization.from !== "labels") return;
  for (const [name, words] of Object.entries(verbalizer)) {
    for (const [i, word] of words.entries()) check(word, ["verbalizer", name, i]);
  }
}

/**
 * A model that reads padding needs parts of one length, and only a prompt's step can be split into parts.
 *
 * @throws {ConfigValueError} where a whole model is to be tuned that would read padding
 */
function checkTuning(experiment: WordExperiment, { card, facts }: OpenModel): void {
  if (experiment.tune !== "all") return;
  const { batchSize } = experiment.training;
  if (batchSize === 1 || !readsPadding(card, facts.inputs)) return;
  const message =
    `the model takes no 'attention_mask' and would read the padding of a batch (${batchSize} texts): set 'training.batchSize: 1', or export it with its attention mask`;
  throw new ConfigValueError([{ path: ["training", "batchSize"], message }]);
}

/** A dataset on the hub pinned to the commit that was read. */
function atCommit(dataset: DatasetSpec, commit: string | null): DatasetSpec {
  if (!("source" in dataset)) return dataset;
  const { revision, ...named } = dataset;
  return { ...named, revision: commit ?? revision };
}

/**
 * What identifies an experiment's content: not its name, nor the folders of an ensemble's prompts. `tune` counts where
 * it is not the default for the kind of prompt.
 */
function askedOf(
  { name: _, description: __, tune, ensemble, ...asked }: WordExperiment,
  model: Omit<WordExperiment["model"], "revision">,
): object {
  const { revision: ___, ...dataset }: DatasetKeys = asked.dataset;
  const isUsual = tune === (asked.prompt.kind === "soft" ? "prompt" : "none");
  return { ...asked, model, dataset, ...(!isUsual && { tune }), ...(ensemble && { vote: ensemble.vote }) };
}
