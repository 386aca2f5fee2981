import { answerForm, metricsOf, validationMetrics } from "./answer_form.ts";
import { DEFAULTS, type EvaluationKeys, type ExperimentFile, type PromptKeys } from "./experiment_file.ts";
import {
  commonKeys,
  resolveDataset,
  resolveEnsemble,
  resolveInitialization,
  resolveTransfer,
  trainingKeys,
  unfit,
} from "./resolve_parts.ts";
import type {
  AnsweredDataset,
  AnsweredTransfer,
  GeneratedEvaluation,
  TextEnsemble,
  TextEvaluation,
  TextExperiment,
  TextMetric,
  TextPrompt,
  TextPromptTuning,
  TextTrainingSpec,
  TextUntuned,
} from "./text_types.ts";
import type { DatasetSpec, EnsembleSpec, TransferSpec } from "./types.ts";

/**
 * Writes out all defaults of an experiment whose answers are texts.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolveText(given: ExperimentFile): TextExperiment {
  const ensemble = resolveEnsemble(given.ensemble);
  if (ensemble !== undefined && "runs" in ensemble) return resolveTextEnsemble(given, ensemble);
  const tuning = resolveTuning(given);
  return given.answer?.target === undefined ? ofClasses(given, tuning) : ofFreeTexts(given, tuning);
}

/**
 * An ensemble of prompts whose answers are texts.
 *
 * @throws {Error} where the rules should have refused it
 */
export function resolveTextEnsemble(given: ExperimentFile, ensemble: EnsembleSpec): TextExperiment {
  const prompt = resolvePrompt(given.prompt);
  if (prompt.kind === "hard") throw unfit("an ensemble of hard prompts");
  return ofClasses(given, { prompt, tune: "none", ensemble });
}

function ofFreeTexts(given: ExperimentFile, tuning: TextPromptTuning | TextUntuned): TextExperiment {
  const { first, last } = commonKeys(given);
  const { target } = given.answer ?? {};
  if (target === undefined) throw unfit("free texts without a target");
  const dataset = answered(resolveDataset(given.dataset));
  const transfer = resolveTransfers(given.evaluation, dataset.clean)?.map(answeredElsewhere);
  const evaluation = { ...generatedEvaluation(given), ...(transfer && { transfer }) };
  return { ...first, dataset, answer: { kind: "text", target }, ...tuning, evaluation, ...last };
}

function ofClasses(
  given: ExperimentFile,
  tuning: TextPromptTuning | TextUntuned | TextEnsemble,
): TextExperiment {
  const { first, last } = commonKeys(given);
  const { verbalizer, evaluation: asked = {} } = given;
  if (verbalizer === undefined) throw unfit("classes without a verbalizer");
  const { kind: _, choose, normalize } = { ...DEFAULTS.answer, ...given.answer };
  const dataset = resolveDataset(given.dataset);
  const transfer = resolveTransfers(asked, dataset.clean);
  const elsewhere = transfer && { transfer };
  if (choose === "generate") {
    if (tuning.ensemble !== undefined) throw unfit("an ensemble of generated texts");
    const evaluation = { ...generatedEvaluation(given), ...elsewhere };
    return {
      ...first,
      dataset,
      answer: { kind: "text", choose },
      verbalizer,
      ...tuning,
      evaluation,
      ...last,
    };
  }
  const { calibrate, contentFree } = { ...DEFAULTS.evaluation, ...asked };
  const evaluation = {
    ...textEvaluation(given),
    ...(calibrate.length > 0 && { calibrate }),
    ...(calibrate.includes("contextual") && { contentFree }),
    ...elsewhere,
  };
  const answer = { kind: "text", choose, normalize } as const;
  return { ...first, dataset, answer, verbalizer, ...tuning, evaluation, ...last };
}

/** What is given, or a default, of a label column has no meaning where there are no classes. */
function answered(spec: DatasetSpec): AnsweredDataset {
  if ("name" in spec) throw unfit("free texts of a built-in dataset");
  const { label: _, labels: __, others: ___, ...answered } = spec;
  return answered;
}

function answeredElsewhere(spec: TransferSpec): AnsweredTransfer {
  if ("name" in spec) throw unfit("free texts of a built-in dataset");
  const { label: _, labels: __, others: ___, ...answered } = spec;
  return answered;
}

function resolveTransfers(
  { transfer }: EvaluationKeys = {},
  clean: DatasetSpec["clean"],
): TransferSpec[] | undefined {
  return transfer?.map((one) => resolveTransfer(one, clean));
}

function textEvaluation(given: ExperimentFile): TextEvaluation {
  const { batchSize, samples, validateOn } = { ...DEFAULTS.evaluation, ...given.evaluation };
  const metrics = given.evaluation?.metrics ??
    metricsOf(answerForm(given)).filter((metric): metric is TextMetric => metric !== "loss");
  return { batchSize, samples, metrics, validateOn };
}

function generatedEvaluation(given: ExperimentFile): GeneratedEvaluation {
  const generate = { ...DEFAULTS["evaluation.generate"], ...given.evaluation?.generate };
  return { ...textEvaluation(given), generate };
}

function resolvePrompt({ kind, template, ...given }: PromptKeys): TextPrompt {
  const { length, insertion, initialization, examples } = { ...DEFAULTS.prompt, ...given };
  if (kind === "hard") return { kind, examples, template };
  const start = resolveInitialization(initialization);
  return { kind, length, insertion, initialization: start, examples, template };
}

function resolveTuning(given: ExperimentFile): TextPromptTuning | TextUntuned {
  const prompt = resolvePrompt(given.prompt);
  return prompt.kind === "hard" || given.tune === "none"
    ? { prompt, tune: "none" }
    : { prompt, tune: "prompt", training: resolveTraining(given) };
}

/** The best is chosen by what is asked for; else by the first metric that validations have and that is measured, or the loss. */
function resolveTraining(given: ExperimentFile): TextTrainingSpec {
  const { training = {}, evaluation } = given;
  const { first, last } = trainingKeys(training);
  const { earlyStopping } = training;
  const validated = validationMetrics(answerForm(given), evaluation?.validateOn);
  const { metrics } = textEvaluation(given);
  const best = training.best ?? earlyStopping?.metric ??
    metrics.find((metric) => metric !== "perplexity" && validated.includes(metric)) ?? "loss";
  const { patience } = { ...DEFAULTS["training.earlyStopping"], ...earlyStopping };
  return { ...first, best, ...(earlyStopping && { earlyStopping: { patience } }), ...last };
}
