import type { RuleViolation } from "./rule_violation.ts";
import { inOtherForm } from "./normalization.ts";
import { resolveSplit } from "./resolve.ts";
import type { DatasetSpec, EnsembleSpec, PartialExperiment, TrainingSpec } from "./types.ts";

/** The rules of what is tuned, and how. */
export function tuningRules(given: PartialExperiment): RuleViolation[] {
  return [...tuneRules(given), ...ensembleRules(given), ...trainingRules(given)];
}

function tuneRules({ prompt, tune, training, precision }: PartialExperiment): RuleViolation[] {
  const violation = (path: string[], message: string) => [{ path, message }], kind = prompt?.kind;
  if (tune === "prompt" && kind === "hard") {
    return violation(
      ["tune"],
      "a hard prompt has no vectors to tune: set 'tune: all' to tune the model, or 'prompt.kind: soft'",
    );
  }
  if (tune === "all" && kind === "soft") {
    return violation(["tune"], "'tune: all' tunes the model with a hard prompt: set 'prompt.kind: hard'");
  }
  if (tune === "all" && precision === "float16") {
    return violation(["precision"], "a model is tuned in float32: leave 'precision' out");
  }
  const accumulate = (training as Partial<TrainingSpec> | undefined)?.accumulate ?? 1;
  if (tune === "all" && accumulate > 1) {
    return violation(
      ["training", "accumulate"],
      "a batch in parts is for prompts: leave it out, or set 'tune: prompt'",
    );
  }
  if (training !== undefined && (tune === "none" || tune === undefined && kind === "hard")) {
    const way = kind === "hard" ? "'tune: all' to tune the model, or 'prompt.kind: soft'" : "'tune: prompt'";
    return violation(["training"], `nothing is trained here: remove 'training', or set ${way}`);
  }
  return [];
}

function ensembleRules({ prompt, tune, training, ensemble, ...rest }: PartialExperiment): RuleViolation[] {
  if (ensemble === undefined) return [];
  const violations: RuleViolation[] = [], { runs, sweep } = ensemble as Partial<EnsembleSpec>;
  const violation = (path: string[], message: string) => violations.push({ path, message });
  if (prompt?.kind === "hard") {
    violation(["ensemble"], "an ensemble is one of soft prompts: set 'prompt.kind: soft'");
  }
  if ((runs === undefined) === (sweep === undefined)) {
    violation(["ensemble"], "'ensemble' takes 'runs' (folders of runs) or 'sweep: seed'");
  }
  if (sweep !== undefined && !("seed" in ((rest as { sweep?: object }).sweep ?? {}))) {
    violation(
      ["ensemble", "sweep"],
      "there is nothing to take together: the file has no 'sweep' over 'seed'",
    );
  }
  if (sweep !== undefined && tune === "none") {
    violation(["tune"], "prompts that are not tuned are no ensemble: leave it out");
  }
  if (runs === undefined) return violations;
  const message = "the prompts of 'ensemble.runs' are tuned already: leave it out";
  if (training !== undefined) violation(["training"], message);
  if (tune !== undefined && tune !== "none") violation(["tune"], message);
  if (prompt?.initialization !== undefined) violation(["prompt", "initialization"], message);
  return violations;
}

function trainingRules({ training, dataset, verbalizer }: PartialExperiment): RuleViolation[] {
  if (training === undefined) return [];
  const violations: RuleViolation[] = [];
  const violation = (key: string[], message: string) =>
    violations.push({ path: ["training", ...key], message });
  const { epochs, steps, earlyStopping, optimizer, accumulate, batchSize, classWeights = {} } =
    training as Partial<
      TrainingSpec
    >;
  if (optimizer?.factored !== undefined && optimizer.name !== "adafactor") {
    violation(["optimizer", "factored"], "'factored' goes with 'name: adafactor'");
  }
  if (accumulate !== undefined && accumulate > (batchSize ?? 32)) {
    violation(
      ["accumulate"],
      `a batch of ${batchSize ?? 32} examples cannot be taken in ${accumulate} parts`,
    );
  }
  if (epochs !== undefined && steps !== undefined) {
    violation(["steps"], "'training' takes 'epochs' or 'steps', not both");
  }
  if (earlyStopping !== undefined && !bringsValidation(dataset as Partial<DatasetSpec> | undefined)) {
    violation(["earlyStopping"], "early stopping needs a validation set: set 'dataset.validation' above 0");
  }
  const classes = Object.keys(verbalizer ?? {});
  for (const name of typeof classWeights === "string" ? [] : Object.keys(classWeights)) {
    if (classes.includes(name)) continue;
    violation(
      ["classWeights", name],
      `'${name}' is no class of the verbalizer (${classes.join(", ")})${inOtherForm(name, classes)}`,
    );
  }
  return violations;
}

/** Whether there is a validation set: a share of the training examples, or one that the split brings. */
export function bringsValidation(given: Partial<DatasetSpec> = {}): boolean {
  const split = resolveSplit(given);
  return given.validation !== 0 || typeof split === "object" && Boolean(split.validation);
}
