import type { Broken } from "./broken.ts";
import { type DatasetKeys, DEFAULTS, type ExperimentFile } from "./experiment_file.ts";
import { inOtherForm } from "./normalization.ts";
import { resolveSplit } from "./resolve_split.ts";

/** The rules of what is tuned, and how. */
export function tuningRules(given: ExperimentFile): Broken[] {
  return [...tuneRules(given), ...ensembleRules(given), ...trainingRules(given)];
}

function tuneRules({ prompt, tune, training, precision }: ExperimentFile): Broken[] {
  const say = (path: string[], message: string) => [{ path, message }], { kind } = prompt;
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
  if (tune === "all" && (training?.accumulate ?? DEFAULTS.training.accumulate) > 1) {
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

function ensembleRules({ prompt, tune, training, ensemble, sweep: swept = {} }: ExperimentFile): Broken[] {
  if (ensemble === undefined) return [];
  const broken: Broken[] = [], { runs, sweep } = ensemble;
  const say = (path: string[], message: string) => broken.push({ path, message });
  if (prompt.kind === "hard") {
    say(["ensemble"], "an ensemble is one of soft prompts: set 'prompt.kind: soft'");
  }
  if ((runs === undefined) === (sweep === undefined)) {
    say(["ensemble"], "'ensemble' takes 'runs' (folders of runs) or 'sweep: seed'");
  }
  if (sweep !== undefined && !Object.hasOwn(swept, sweep)) {
    say(["ensemble", "sweep"], "there is nothing to take together: the file has no 'sweep' over 'seed'");
  }
  if (sweep !== undefined && tune === "none") {
    say(["tune"], "prompts that are not tuned are no ensemble: leave it out");
  }
  if (runs === undefined) return broken;
  const message = "the prompts of 'ensemble.runs' are tuned already: leave it out";
  if (training !== undefined) say(["training"], message);
  if (tune !== undefined && tune !== "none") say(["tune"], message);
  if (prompt.initialization !== undefined) say(["prompt", "initialization"], message);
  return broken;
}

function trainingRules({ training, dataset, verbalizer }: ExperimentFile): Broken[] {
  if (training === undefined) return [];
  const broken: Broken[] = [];
  const say = (key: string[], message: string) => broken.push({ path: ["training", ...key], message });
  const { epochs, steps, earlyStopping, optimizer, classWeights = {} } = training;
  const { accumulate, batchSize } = { ...DEFAULTS.training, ...training };
  if (optimizer?.factored !== undefined && optimizer.name !== "adafactor") {
    say(["optimizer", "factored"], "'factored' goes with 'name: adafactor'");
  }
  if (accumulate > batchSize) {
    say(["accumulate"], `a batch of ${batchSize} examples cannot be taken in ${accumulate} parts`);
  }
  if (epochs !== undefined && steps !== undefined) {
    say(["steps"], "'training' takes 'epochs' or 'steps', not both");
  }
  if (earlyStopping !== undefined && !bringsValidation(dataset)) {
    say(["earlyStopping"], "early stopping needs a validation set: set 'dataset.validation' above 0");
  }
  const classes = Object.keys(verbalizer);
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
export function bringsValidation(given: DatasetKeys): boolean {
  const split = resolveSplit(given);
  return given.validation !== 0 || typeof split === "object" && Boolean(split.validation);
}
