import { DEFAULTS, type EvaluationKeys, type ExperimentFile, type TrainingKeys } from "./experiment_file.ts";

/**
 * The forms of an experiment's answers: a class by one token (`word`), by the likelihood of its texts or by generating one of them,
 * or a text that belongs to no class (`free`).
 */
export type AnswerForm = "word" | "likelihood" | "generate" | "free";

/** Each form in words. */
export const FORMS: Readonly<Record<AnswerForm, string>> = {
  word: "words ('answer.kind: word')",
  likelihood: "classes by likelihood ('answer.choose: likelihood')",
  generate: "classes by generated texts ('answer.choose: generate')",
  free: "free texts ('answer.target')",
};

/** The forms of answers that are texts, … */
export const TEXTS: readonly AnswerForm[] = ["likelihood", "generate", "free"];
/** … of those that are classes, … */
export const CLASSES: readonly AnswerForm[] = ["word", "likelihood", "generate"];
/** … and of those that are generated. */
export const GENERATED: readonly AnswerForm[] = ["generate", "free"];

/** The form of an experiment's answers. */
export function answerForm(
  { answer = {}, verbalizer }: Pick<ExperimentFile, "answer" | "verbalizer">,
): AnswerForm {
  const { kind, choose } = { ...DEFAULTS.answer, ...answer };
  if (kind === "word") return "word";
  return verbalizer === undefined ? "free" : choose;
}

/** What can be measured of answers. */
export type AnyMetric = NonNullable<TrainingKeys["best"]>;

/** The forms whose answers have each metric. */
const MEASURED: Readonly<Record<AnyMetric, readonly AnswerForm[]>> = {
  accuracy: CLASSES,
  macroF1: CLASSES,
  loss: ["word", ...TEXTS],
  exactMatch: GENERATED,
  tokenF1: GENERATED,
  rougeL: GENERATED,
  perplexity: TEXTS,
};

/** The metrics that do not depend on what a model answers, but on how probable the right texts are. */
const OF_RIGHT_TEXTS: readonly AnyMetric[] = ["loss", "perplexity"];

/** The metrics that a validation has, of which one chooses the best prompt. */
export function validationMetrics(
  form: AnswerForm,
  validateOn: EvaluationKeys["validateOn"] = DEFAULTS.evaluation.validateOn,
): AnyMetric[] {
  return metricsOf(form).filter((metric) => validateOn === "metrics" || OF_RIGHT_TEXTS.includes(metric));
}

/** The metrics that answers of a form have. */
export function metricsOf(form: AnswerForm): AnyMetric[] {
  const all: AnyMetric[] = ["accuracy", "macroF1", "exactMatch", "tokenF1", "rougeL", "perplexity", "loss"];
  return all.filter((metric) => MEASURED[metric].includes(form));
}
