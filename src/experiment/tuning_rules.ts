import type { Broken } from "./rule_violation.ts";
import { inOtherForm } from "./normalization.ts";
import { resolveSplit } from "./resolve.ts";
import type { DatasetSpec, EnsembleSpec, PartialExperiment, TrainingSpec } from "./types.ts";

/** The rules of what is tuned, and how. */
export function tuningRules(given: PartialExperiment): Broken[] {
  return [...tuneRules(given), ...ensembleRules(given), ...trainingRules(given)];
}

function tuneRules({ prompt, tune, training, precision }: PartialExperiment): Broken[] {
  const say = (path: string[], message: string) => [{ path, message }], kind = prompt?.kind;
  if (tune === "prompt" && kind === "hard") {
    return say(
      ["tune"],
      "a hard prompt has no vectors to tune: set 'tune: all' to tune the model, or 'prompt.kind: soft'",
    );
  }
  if (tune === "all" && kind === "soft") {
    return say(["tune"], "'tune: all' tunes the model with a hard prompt: set 'prompt.kind: hard'");
  }
  if (tune === "all" && precision === "float16") {
    return say(["precision"], "a model is tuned in float32: leave 'precision' out");
  }
  const accumulate = (training as Partial<TrainingSpec> | undefined)?.accumulate ?? 1;
  if (tune === "all" && accumulate > 1) {
    return say(
      ["training", "accumulate"],
      "a batch in parts is for prompts: leave it out, or set 'tune: prompt'",
    );
  }
  if (training !== undefined && (tune === "none" || tune === undefined && kind === "hard")) {
    const way = kind === "hard" ? "'tune: all' to tune the model, or 'prompt.kind: soft'" : "'tune: prompt'";
    return say(["training"], `nothing is trained here: remove 'training', or set ${way}`);
  }
  return [];
}

function ensembleRules({ prompt, tune, training, ensemble, ...rest }: PartialExperiment): Broken[] {
  if (ensemble === undefined) return [];
  const broken: Broken[] = [], { runs, sweep } = ensemble as Partial<EnsembleSpec>;
  const say = (path: string[], message: string) => broken.push({ path, message });
  if (prompt?.kind === "hard") {
    say(["ensemble"], "an ensemble is one of soft prompts: set 'prompt.kind: soft'");
  }
  if ((runs === undefined) === (sweep === undefined)) {
    say(["ensemble"], "'ensemble' takes 'runs' (folders of runs) or 'sweep: seed'");
  }
  if (sweep !== undefined && !("seed" in ((rest as { sweep?: object }).sweep ?? {}))) {
    say(["ensemble", "sweep"], "there is nothing to take together: the file has no 'sweep' over 'seed'");
  }
  if (sweep !== undefined && tune === "none") {
    say(["tune"], "prompts that are not tuned are no ensemble: leave it out");
  }
  if (runs === undefined) return broken;
  const message = "the prompts of 'ensemble.runs' are tuned already: leave it out";
  if (training !== undefined) say(["training"], message);
  if (tune !== undefined && tune !== "none") say(["tune"], message);
  if (prompt?.initialization !== undefined) say(["prompt", "initialization"], message);
  return broken;
}

function trainingRules({ training, dataset, verbalizer }: PartialExperiment): Broken[] {
  if (training === undefined) return [];
  const broken: Broken[] = [];
  const say = (key: string[], message: string) => broken.push({ path: ["training", ...key], message });
  const { epochs, steps, earlyStopping, optimizer, accumulate, batchSize, classWeights = {} } =
    training as Partial<
      TrainingSpec
    >;
  if (optimizer?.factored !== undefined && optimizer.name !== "adafactor") {
    say(["optimizer", "factored"], "'factored' goes with 'name: adafactor'");
  }
  if (accumulate !== undefined && accumulate > (batchSize ?? 32)) {
    say(["accumulate"], `a batch of ${batchSize ?? 32} examples cannot be taken in ${accumulate} parts`);
  }
  if (epochs !== undefined && steps !== undefined) {
    say(["steps"], "'training' takes 'epochs' or 'steps', not both");
  }
  if (earlyStopping !== undefined && !bringsValidation(dataset as Partial<DatasetSpec> | undefined)) {
    say(["earlyStopping"], "early stopping needs a validation set: set 'dataset.validation' above 0");
  }
  const classes = Object.keys(verbalizer ?? {});
  for (const name of typeof classWeights === "string" ? [] : Object.keys(classWeights)) {
    if (classes.includes(name)) continue;
    say(
      ["classWeights", name],
      `'${name}' is no class of the verbalizer (${classes.join(", ")})${inOtherForm(name, classes)}`,
    );
  }
  return broken;
}

/** Whether there is a validation set: a share of the training examples, or one that the split brings. */
export function bringsValidation(given: Partial<DatasetSpec> = {}): boolean {
  const split = resolveSplit(given);
  return given.validation !== 0 || typeof split === "object" && Boolean(split.validation);
}
