import { fileNamePart } from "../base/file_name.ts";
import {
  type DatasetKeys,
  DEFAULTS,
  type EnsembleKeys,
  type EvaluationTransferKeys,
  type ExperimentFile,
  type PromptInitializationKeys,
  type TrainingKeys,
  type TrainingOptimizerKeys,
} from "./experiment_file.ts";
import { resolveModel } from "./model_file.ts";
import { isHubSharesSplit, isNamedSplit, isSharesSplit, resolveSplit } from "./resolve_split.ts";
import { SEMANTICS } from "./semantics.ts";
import type {
  CommonKeys,
  DatasetSpec,
  Duration,
  EnsembleSpec,
  Initialization,
  OptimizerSpec,
  TransferSpec,
  TunedBy,
} from "./types.ts";

/** Keys in two parts, those that stand before others in the order in which runs are written, and those that stand after them. */
interface InOrder<First, Last> {
  readonly first: First;
  readonly last: Last;
}

/** The keys that all experiments have. */
export function commonKeys(
  given: ExperimentFile,
): InOrder<
  Pick<CommonKeys, "name" | "description" | "model">,
  Pick<CommonKeys, "precision" | "device" | "seed" | "semantics">
> {
  const { precision, device, seed } = { ...DEFAULTS.experiment, ...given };
  return {
    first: {
      name: given.name,
      ...(given.description !== undefined && { description: given.description }),
      model: resolveModel(given.model),
    },
    last: { precision, device, seed, semantics: SEMANTICS },
  };
}

/** A dataset with its defaults. */
export function resolveDataset(given: DatasetKeys): DatasetSpec {
  const { clean, validation, text, label, revision } = DEFAULTS.dataset;
  const { name, file, source } = given;
  const split = resolveSplit(given);
  if (name !== undefined) {
    if (split === "textcnn" || isNamedSplit(split) || isSharesSplit(split)) {
      return { clean, validation, ...given, name, split };
    }
  } else if (source !== undefined) {
    if (isNamedSplit(split) || isHubSharesSplit(split)) {
      return { clean, validation, text, label, revision, ...given, source, split };
    }
  } else if (file !== undefined) {
    if (isSharesSplit(split)) return { clean, validation, text, label, ...given, file, split };
  } else if (isNamedSplit(split)) {
    return { clean, validation, text, label, ...given, split };
  }
  throw unfit(`the split ${JSON.stringify(split)} of the dataset ${JSON.stringify(given)}`);
}

/**
 * Data to transfer to with their defaults.
 *
 * @param clean the dataset's cleaning: a prompt is scored on texts cleaned like those that it was tuned on
 */
export function resolveTransfer(given: EvaluationTransferKeys, clean: DatasetSpec["clean"]): TransferSpec {
  const { text, label, revision, split } = DEFAULTS["evaluation.transfer[]"];
  const { name, file, source } = given;
  const as = transferName(given);
  if (name !== undefined) return { as, clean, ...given, name };
  if (source !== undefined) return { as, clean, text, label, revision, split, ...given, source };
  if (file !== undefined) return { as, clean, text, label, ...given, file };
  throw unfit(`the data to transfer to ${JSON.stringify(given)}`);
}

/** The longest name of a file that becomes that of a transfer dataset, in characters. */
const LONGEST_NAME = 50;

/** The name in the results of a transfer dataset: its own, or its file's without the extension. */
export function transferName({ name, file, source }: EvaluationTransferKeys): string {
  if (name !== undefined) return name;
  const [last = ""] = (file ?? source ?? "").split(/[/\\]/).slice(-1);
  return fileNamePart(last.replace(/\.gz$/i, "").replace(/\.[^.]*$/, ""), LONGEST_NAME);
}

/** An initialization with its defaults. */
export function resolveInitialization(given: PromptInitializationKeys): Initialization {
  const { range, top } = DEFAULTS["prompt.initialization"];
  const { from, text, path } = given;
  switch (from) {
    case "random":
      return { range, ...given, from };
    case "vocabulary":
      return { top, ...given, from };
    case "labels":
      return { ...given, from };
    case "text":
      if (text !== undefined) return { ...given, from, text };
      break;
    case "run":
    case "peft":
      if (path !== undefined) return { ...given, from, path };
  }
  throw unfit(`the initialization ${JSON.stringify(given)}`);
}

function resolveOptimizer(given: TrainingOptimizerKeys = {}): OptimizerSpec {
  const { name, factored, learningRate, weightDecay } = { ...DEFAULTS["training.optimizer"], ...given };
  return { name, ...(name === "adafactor" && { factored }), learningRate, weightDecay };
}

/** The settings of training that do not depend on what is measured. */
export function trainingKeys(
  given: TrainingKeys,
): InOrder<
  Pick<TunedBy, "optimizer" | "schedule" | "batchSize" | "accumulate" | "clipNorm"> & Duration,
  Pick<TunedBy, "validateEvery" | "logEvery" | "classWeights">
> {
  const { batchSize, accumulate, epochs, clipNorm, logEvery } = { ...DEFAULTS.training, ...given };
  const { steps, validateEvery, classWeights } = given;
  return {
    first: {
      optimizer: resolveOptimizer(given.optimizer),
      schedule: { ...DEFAULTS["training.schedule"], ...given.schedule },
      batchSize,
      accumulate,
      ...(steps === undefined ? { epochs } : { steps }),
      clipNorm,
    },
    last: {
      ...(validateEvery !== undefined && { validateEvery }),
      logEvery,
      ...(classWeights !== undefined && { classWeights }),
    },
  };
}

/** An ensemble with its defaults; `undefined` where there is none. */
export function resolveEnsemble(given: EnsembleKeys | undefined): EnsembleSpec | undefined {
  const { runs, sweep } = given ?? {};
  if (given === undefined) return undefined;
  if (runs !== undefined) return { ...DEFAULTS.ensemble, ...given, runs };
  if (sweep !== undefined) return { ...DEFAULTS.ensemble, ...given, sweep };
  throw unfit("an ensemble of nothing");
}

/** The error for what cannot be resolved. The rules refuse all of it: reaching this is a bug in them. */
export function unfit(what: string): Error {
  return new Error(`no rule of experiment files refuses ${what}`);
}
