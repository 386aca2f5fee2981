import {
  DEFAULTS,
  type EvaluationKeys,
  type ExperimentFile,
  type PromptKeys,
  type TrainingKeys,
} from "./experiment_file.ts";
import {
  commonKeys,
  resolveDataset,
  resolveEnsemble,
  resolveInitialization,
  resolveTransfer,
  trainingKeys,
  unfit,
} from "./resolve_parts.ts";
import { resolveText, resolveTextEnsemble } from "./resolve_text.ts";
import type {
  ClassMetric,
  DatasetSpec,
  EnsembleExperiment,
  EnsembleSpec,
  EvaluationSpec,
  Experiment,
  PromptSpec,
  TrainingSpec,
  WordExperiment,
} from "./types.ts";

/**
 * Writes out the defaults of an experiment that the schema and the rules have accepted, all that have a meaning in it but those of
 * `encoding`, `missing`, `others`, `transfer` and `calibrate`, without which earlier files keep their content hash. An ensemble over the seeds is not part of
 * it: that is a separate run.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolve(given: ExperimentFile): Experiment {
  return given.answer?.kind === "text" ? resolveText(given) : resolveWord(given);
}

/**
 * The ensemble over the seeds that an experiment belongs to; `undefined` where there is none.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolveSeedEnsemble(given: ExperimentFile): Experiment | undefined {
  const ensemble = resolveEnsemble(given.ensemble);
  if (ensemble === undefined || "runs" in ensemble) return undefined;
  return given.answer?.kind === "text" ? resolveTextEnsemble(given, ensemble) : together(given, ensemble);
}

function resolveWord(given: ExperimentFile): WordExperiment {
  const prompt = resolvePrompt(given.prompt);
  const ensemble = resolveEnsemble(given.ensemble);
  const common = wordKeys(given);
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

function together(given: ExperimentFile, ensemble: EnsembleSpec): EnsembleExperiment {
  const { first, words, last } = wordKeys(given);
  const prompt = resolvePrompt(given.prompt);
  if (prompt.kind === "hard") throw unfit("an ensemble of hard prompts");
  return { ...first, prompt, ...words, tune: "none", ensemble, ...last };
}

/** The keys that all experiments with words have, in three parts, in the order in which runs are written. */
function wordKeys(given: ExperimentFile) {
  const { first, last } = commonKeys(given);
  const { verbalizer } = given;
  if (verbalizer === undefined) throw unfit("words without a verbalizer");
  const { multiTokenWords } = { ...DEFAULTS.experiment, ...given };
  const dataset = resolveDataset(given.dataset);
  return {
    first: { ...first, dataset },
    words: { verbalizer, multiTokenWords },
    last: { evaluation: resolveEvaluation(given.evaluation, dataset.clean), ...last },
  };
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

function resolvePrompt({ kind, template, ...given }: PromptKeys): PromptSpec {
  if (typeof template !== "string") throw unfit("a chat of words");
  if (kind === "hard") return { kind, template };
  const { length, insertion, initialization } = { ...DEFAULTS.prompt, ...given };
  return { kind, length, insertion, initialization: resolveInitialization(initialization), template };
}

function resolveTraining(given: TrainingKeys = {}): TrainingSpec {
  const { first, last } = trainingKeys(given);
  const { earlyStopping, best } = given;
  if (best !== undefined && !isClassMetric(best)) throw unfit(`'best: ${best}' of words`);
  const { metric, patience } = {
    ...DEFAULTS["training.earlyStopping"],
    ...(best !== undefined && { metric: best }),
    ...earlyStopping,
  };
  if (!isClassMetric(metric)) throw unfit(`'metric: ${metric}' of words`);
  return {
    ...first,
    ...(earlyStopping && { earlyStopping: { metric, patience } }),
    ...(best !== undefined && { best }),
    ...last,
  };
}

function isClassMetric(metric: NonNullable<TrainingKeys["best"]>): metric is ClassMetric {
  return metric === "accuracy" || metric === "macroF1" || metric === "loss";
}
