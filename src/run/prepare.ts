import { checkTrainable } from "../dataset/class_counts.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import { sha256 } from "../base/sha256.ts";
import { ConfigValueError, reworded } from "../base/errors.ts";
import type { DatasetKeys } from "../experiment/experiment_file.ts";
import type { DatasetSpec, Experiment } from "../experiment/types.ts";
import { readsPadding } from "../prompt/padding.ts";
import { readable } from "../prompt/stretch.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { TransferSet } from "../dataset/transfer.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { GitCommit } from "../results/git_commit.ts";
import { readSourcePrompt, type SourcePrompt } from "./read_source_prompt.ts";
import { type Members, readMembers } from "./read_members.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** Everything that an experiment names, read and checked. */
export interface Prepared<Asked extends Experiment = Experiment> {
  readonly experiment: Asked;
  readonly model: OpenModel;
  readonly dataset: Dataset;
  readonly verbalizer: Verbalizer;
  /** The prompt that this one starts from, for `run` and `peft`. */
  readonly given: SourcePrompt | undefined;
  /** The prompts that answer together, where there is an ensemble. */
  readonly members: Members | undefined;
  /** Other data that what is tuned is scored on. */
  readonly transfer: readonly TransferSet[];
  /** The commit that the experiment's file is tracked in. */
  readonly commit: GitCommit;
  /** Tells experiments of different content apart: what is asked, of which model, on which data. */
  readonly contentHash: string;
}

/**
 * Reads what an experiment names.
 *
 * @param file the experiment file, which paths are relative to
 * @param resources what other runs have read already
 * @param folders the runs whose prompts answer together, where there is an ensemble
 * @throws {InputError} on anything missing or unfit
 */
export async function prepare(
  experiment: Experiment,
  file: string,
  resources: ResourceCache,
  folders?: readonly string[],
): Promise<Prepared> {
  const model = await resources.model(experiment.model, file);
  checkTuning(experiment, model);
  const verbalizer = readVerbalizer(experiment.verbalizer, model.tokenizer, experiment.multiTokenWords);
  checkStartingWords(experiment, model.tokenizer);
  const dataset = await resources.dataset(experiment, file, verbalizer.classes);
  const { revision: _, ...frozen } = experiment.model;
  if (experiment.training) checkTrainable(dataset, verbalizer.classes, datasetName(experiment.dataset));
  const given = await readSourcePrompt(experiment.prompt, file, model);
  const members = folders && await readMembers(experiment, folders, model);
  const asked = askedOf(experiment, frozen);
  const transfer = await resources.transfer(experiment, file, verbalizer.classes);
  const tuned = [...(given ? [given.sha256] : []), ...members?.sha256 ?? []];
  const elsewhere = transfer.map(({ sha256 }) => sha256);
  const content = JSON.stringify([
    asked,
    model.files,
    dataset.sha256,
    ...tuned,
    ...elsewhere,
  ]);
  return {
    experiment: {
      ...experiment,
      model: { ...frozen, ...(model.revision !== null && { revision: model.revision }) },
      dataset: atCommit(experiment.dataset, dataset.revision),
    },
    model,
    // The validation sets of several seeds are training sets of others.
    dataset: members ? { ...dataset, validation: [] } : dataset,
    verbalizer,
    given,
    members,
    transfer,
    commit: await resources.commit(file),
    contentHash: await sha256(new TextEncoder().encode(content)),
  };
}

/** Vectors are not started from words that the model has no vectors of. */
function checkStartingWords(
  { prompt, verbalizer }: Experiment,
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
 * A model that reads padding has its batches in parts of one length each, and only a prompt's step can be taken in parts.
 *
 * @throws {ConfigValueError} where a whole model is to be tuned that would read what fills its batches up
 */
function checkTuning(experiment: Experiment, { card, facts }: OpenModel): void {
  if (experiment.tune !== "all") return;
  const { batchSize } = experiment.training;
  if (batchSize === 1 || !readsPadding(card, facts.inputs)) return;
  const message =
    `the model takes no 'attention_mask' and would read the padding of a batch (${batchSize} texts): set 'training.batchSize: 1', or export it with its attention mask`;
  throw new ConfigValueError([{ path: ["training", "batchSize"], message }]);
}

/** A dataset of the hub at the commit that was read. */
function atCommit(dataset: DatasetSpec, commit: string | null): DatasetSpec {
  if (!("source" in dataset)) return dataset;
  const { revision, ...named } = dataset;
  return { ...named, revision: commit ?? revision };
}

/**
 * What tells experiments apart: not how they are called, nor where the prompts of an ensemble lie. What is tuned counts where
 * it is not what the kind of prompt says anyhow.
 */
function askedOf(
  { name: _, description: __, tune, ensemble, ...asked }: Experiment,
  model: Omit<Experiment["model"], "revision">,
): unknown {
  const { revision: ___, ...dataset }: DatasetKeys = asked.dataset;
  const isUsual = tune === (asked.prompt.kind === "soft" ? "prompt" : "none");
  return { ...asked, model, dataset, ...(!isUsual && { tune }), ...(ensemble && { vote: ensemble.vote }) };
}
