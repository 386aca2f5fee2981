import { fileNamePart } from "../base/file_name.ts";
import {
  type DatasetKeys,
  DEFAULTS,
  type EnsembleKeys,
  type EvaluationKeys,
  type EvaluationTransferKeys,
  type ExperimentFile,
  type PromptInitializationKeys,
  type PromptKeys,
  type TrainingKeys,
  type TrainingOptimizerKeys,
} from "./experiment_file.ts";
import { resolveModel } from "./model_file.ts";
import { isHubSharesSplit, isNamedSplit, isSharesSplit, resolveSplit } from "./resolve_split.ts";
import { SEMANTICS } from "./semantics.ts";
import type {
  DatasetSpec,
  EnsembleExperiment,
  EnsembleSpec,
  EvaluationSpec,
  Experiment,
  Initialization,
  OptimizerSpec,
  PromptSpec,
  TrainingSpec,
  TransferSpec,
} from "./types.ts";

/**
 * Writes out the defaults of an experiment that the schema and the rules have accepted, all that have a meaning in it but those of
 * `encoding`, `missing`, `others`, `transfer` and `calibrate`, without which earlier files keep their content hash. An ensemble over the seeds is not part of
 * it: that is a separate run.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolve(given: ExperimentFile): Experiment {
  const prompt = resolvePrompt(given.prompt);
  const ensemble = resolveEnsemble(given.ensemble);
  const common = commonKeys(given);
  if (ensemble !== undefined && "runs" in ensemble) return together(given, ensemble);
  const tune = given.tune ?? (prompt.kind === "soft" ? "prompt" : "none");
  if (tune === "none") return { ...common.first, prompt, ...common.words, tune, ...common.last };
  const training = resolveTraining(given.training);
  if (tune === "prompt" && prompt.kind === "soft") {
    return { ...common.first, prompt, ...common.words, tune, training, ...common.last };
  }
  if (tune === "all" && prompt.kind === "hard") {
    return { ...common.first, prompt, ...common.words, tune, training, ...common.last };
  }
  throw unfit(`'tune: ${tune}' of a ${prompt.kind} prompt`);
}

/**
 * The ensemble over the seeds that an experiment belongs to; `undefined` where there is none.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolveSeedEnsemble(given: ExperimentFile): EnsembleExperiment | undefined {
  const ensemble = resolveEnsemble(given.ensemble);
  return ensemble === undefined || "runs" in ensemble ? undefined : together(given, ensemble);
}

function together(given: ExperimentFile, ensemble: EnsembleSpec): EnsembleExperiment {
  const { first, words, last } = commonKeys(given);
  const prompt = resolvePrompt(given.prompt);
  if (prompt.kind === "hard") throw unfit("an ensemble of hard prompts");
  return { ...first, prompt, ...words, tune: "none", ensemble, ...last };
}

/** The keys that all experiments have, in three parts, in the order in which runs are written. */
function commonKeys(given: ExperimentFile) {
  const { multiTokenWords, precision, device, seed } = { ...DEFAULTS.experiment, ...given };
  const dataset = resolveDataset(given.dataset);
  return {
    first: {
      name: given.name,
      ...(given.description !== undefined && { description: given.description }),
      model: resolveModel(given.model),
      dataset,
    },
    words: { verbalizer: given.verbalizer, multiTokenWords },
    last: {
      evaluation: resolveEvaluation(given.evaluation, dataset.clean),
      precision,
      device,
      seed,
      semantics: SEMANTICS,
    },
  };
}

function resolveDataset(given: DatasetKeys): DatasetSpec {
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

function resolveEvaluation(given: EvaluationKeys = {}, clean: DatasetSpec["clean"]): EvaluationSpec {
  const { batchSize, samples, contentFree } = DEFAULTS.evaluation;
  const { transfer, ...rest } = given;
  return {
    batchSize,
    samples,
    ...(given.calibrate?.includes("contextual") && { contentFree }),
    ...rest,
    ...(transfer && { transfer: transfer.map((one) => resolveTransfer(one, clean)) }),
  };
}

/** @param clean the dataset's cleaning: a prompt is scored on texts cleaned like those that it was tuned on */
function resolveTransfer(given: EvaluationTransferKeys, clean: DatasetSpec["clean"]): TransferSpec {
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

function resolvePrompt({ kind, template, ...given }: PromptKeys): PromptSpec {
  if (kind === "hard") return { kind, template };
  const { length, insertion, initialization } = { ...DEFAULTS.prompt, ...given };
  return { kind, length, insertion, initialization: resolveInitialization(initialization), template };
}

function resolveInitialization(given: PromptInitializationKeys): Initialization {
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

function resolveTraining(given: TrainingKeys = {}): TrainingSpec {
  const { batchSize, accumulate, epochs, clipNorm, logEvery } = { ...DEFAULTS.training, ...given };
  const { steps, earlyStopping, best, validateEvery, classWeights } = given;
  return {
    optimizer: resolveOptimizer(given.optimizer),
    schedule: { ...DEFAULTS["training.schedule"], ...given.schedule },
    batchSize,
    accumulate,
    ...(steps === undefined ? { epochs } : { steps }),
    clipNorm,
    ...(earlyStopping && {
      earlyStopping: {
        ...DEFAULTS["training.earlyStopping"],
        ...(best !== undefined && { metric: best }),
        ...earlyStopping,
      },
    }),
    ...(best !== undefined && { best }),
    ...(validateEvery !== undefined && { validateEvery }),
    logEvery,
    ...(classWeights !== undefined && { classWeights }),
  };
}

function resolveEnsemble(given: EnsembleKeys | undefined): EnsembleSpec | undefined {
  const { runs, sweep } = given ?? {};
  if (given === undefined) return undefined;
  if (runs !== undefined) return { ...DEFAULTS.ensemble, ...given, runs };
  if (sweep !== undefined) return { ...DEFAULTS.ensemble, ...given, sweep };
  throw unfit("an ensemble of nothing");
}

/** The rules refuse everything that cannot be resolved: reaching this is a bug in them. */
function unfit(what: string): Error {
  return new Error(`no rule of experiment files refuses ${what}`);
}
