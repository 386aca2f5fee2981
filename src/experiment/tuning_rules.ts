import { answerForm } from "./answer_form.ts";
import type { RuleViolation } from "./rule_violation.ts";
import { type DatasetKeys, DEFAULTS, type ExperimentFile } from "./experiment_file.ts";
import { inOtherForm } from "./normalization.ts";
import { resolveSplit } from "./resolve_split.ts";

/** The rules of what is tuned, and how. */
export function tuningRules(given: ExperimentFile): RuleViolation[] {
  return [...tuneRules(given), ...ensembleRules(given), ...trainingRules(given)];
}

function tuneRules(given: ExperimentFile): RuleViolation[] {
  const { prompt, tune, training, precision } = given;
  const violation = (path: string[], message: string) => [{ path, message }];
  const { kind } = prompt;
  // A model is tuned for words alone.
  const instead = answerForm(given) === "word"
    ? "'tune: all' to tune the model, or 'prompt.kind: soft'"
    : "'prompt.kind: soft'";
  if (tune === "prompt" && kind === "hard") {
    return violation(
      ["tune"],
      `a hard prompt has no vectors to tune: set ${instead}`,
    );
  }
  if (tune === "all" && kind === "soft") {
    return violation(["tune"], "'tune: all' tunes the model with a hard prompt: set 'prompt.kind: hard'");
  }
  if (tune === "all" && precision === "float16") {
    return violation(["precision"], "a model is tuned in float32: leave 'precision' out");
  }
  if (tune === "all" && (training?.accumulate ?? DEFAULTS.training.accumulate) > 1) {
    return violation(
      ["training", "accumulate"],
      "a batch can be split only for prompt tuning: leave 'accumulate' out, or set 'tune: prompt'",
    );
  }
  if (training !== undefined && (tune === "none" || tune === undefined && kind === "hard")) {
    const way = kind === "hard" ? instead : "'tune: prompt'";
    return violation(["training"], `nothing is trained here: remove 'training', or set ${way}`);
  }
  return [];
}

function ensembleRules(
  { prompt, tune, training, ensemble, semantics, sweep: swept = {} }: ExperimentFile,
): RuleViolation[] {
  if (ensemble === undefined) return [];
  const violations: RuleViolation[] = [];
  const { runs, sweep } = ensemble;
  const violation = (path: string[], message: string) => violations.push({ path, message });
  if (prompt.kind === "hard") {
    violation(["ensemble"], "an ensemble needs soft prompts: set 'prompt.kind: soft'");
  }
  if ((runs === undefined) === (sweep === undefined)) {
    violation(["ensemble"], "'ensemble' takes 'runs' (folders of runs) or 'sweep: seed'");
  }
  if (sweep !== undefined && !Object.hasOwn(swept, sweep)) {
    violation(
      ["ensemble", "sweep"],
      "an ensemble over the seeds needs a 'sweep' over 'seed' in this file",
    );
  }
  if (sweep !== undefined && tune === "none") {
    violation(["tune"], "an ensemble needs tuned prompts: leave 'tune' out");
  }
  if (runs === undefined) return violations;
  const message = "the prompts of 'ensemble.runs' are tuned already: leave it out";
  if (training !== undefined) violation(["training"], message);
  if (tune !== undefined && tune !== "none") violation(["tune"], message);
  // A run's own file, which names its semantics, has every default written out.
  const isOfRun = semantics !== undefined;
  if (prompt.initialization !== undefined && !isOfRun) violation(["prompt", "initialization"], message);
  return violations;
}

function trainingRules({ training, dataset, verbalizer = {} }: ExperimentFile): RuleViolation[] {
  if (training === undefined) return [];
  const violations: RuleViolation[] = [];
  const violation = (key: string[], message: string) =>
    violations.push({ path: ["training", ...key], message });
  const { epochs, steps, earlyStopping, best, optimizer, classWeights = {} } = training;
  const { accumulate, batchSize } = { ...DEFAULTS.training, ...training };
  if (optimizer?.factored !== undefined && optimizer.name !== "adafactor") {
    violation(["optimizer", "factored"], "'factored' goes with 'name: adafactor'");
  }
  if (accumulate > batchSize) {
    violation(
      ["accumulate"],
      `a batch of ${batchSize} examples cannot be divided into ${accumulate} parts: set 'accumulate' to at most ${batchSize}`,
    );
  }
  if (epochs !== undefined && steps !== undefined) {
    violation(["steps"], "'training' takes 'epochs' or 'steps', not both");
  }
  for (const key of ["earlyStopping", "best", "validateEvery"] as const) {
    if (training[key] === undefined || bringsValidation(dataset)) continue;
    violation([key], `'${key}' needs a validation set: set 'dataset.validation' above 0`);
  }
  const { metric = best } = earlyStopping ?? {};
  if (metric !== best && best !== undefined) {
    violation(
      ["best"],
      `'best: ${best}' and 'earlyStopping.metric: ${metric}' choose by different metrics: leave one of them out`,
    );
  }
  const classes = Object.keys(verbalizer);
  for (const name of typeof classWeights === "string" ? [] : Object.keys(classWeights)) {
    if (classes.includes(name)) continue;
    violation(
      ["classWeights", name],
      `'${name}' is not a class of the verbalizer (${classes.join(", ")})${inOtherForm(name, classes)}`,
    );
  }
  return violations;
}

/** Whether there is a validation set: a share of the training examples, or the split's own. */
export function bringsValidation(given: DatasetKeys): boolean {
  const split = resolveSplit(given);
  return given.validation !== 0 || typeof split === "object" && Boolean(split.validation);
}
