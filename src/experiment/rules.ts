import { parseTemplate, TemplateError } from "./template.ts";
import type { GivenModel } from "./model_file.ts";
import type { KeyPath } from "./document.ts";
import type { DatasetSpec, PartialExperiment, PromptSpec, Sample, TrainingSpec } from "./types.ts";

/** A rule that a file breaks, and where. */
export interface Broken {
  readonly path: KeyPath;
  readonly message: string;
}

/** The rules that join several keys, which a schema cannot say. */
export function brokenRules(given: PartialExperiment): Broken[] {
  return [
    ...modelRules(given.model as Partial<GivenModel>),
    ...datasetRules(given.dataset as Partial<DatasetSpec>),
    ...promptRules(given.prompt as unknown as PromptSpec),
    ...trainingRules(given),
    ...verbalizerRules(given.verbalizer as Record<string, string[]>),
    ...sampleRules(given),
  ];
}

function modelRules({ file, dtype }: Partial<GivenModel>): Broken[] {
  if (file === undefined || dtype === undefined) return [];
  return [{ path: ["model", "dtype"], message: "'model' takes a 'file' or a 'dtype', not both" }];
}

function datasetRules({ name, file, path, text, label, split }: Partial<DatasetSpec>): Broken[] {
  const broken: Broken[] = [];
  const say = (key: string, message: string) => broken.push({ path: ["dataset", key], message });
  const files = typeof split === "object" && "train" in split;
  if (name === undefined && file === undefined) {
    broken.push({ path: ["dataset"], message: "'dataset' needs a 'name' or a 'file'" });
  }
  if (name !== undefined && file !== undefined) say("file", "'dataset' takes a 'name' or a 'file', not both");
  if (file !== undefined && path !== undefined) {
    say("path", "'dataset.path' goes with a 'name', not with a 'file'");
  }
  if (name !== undefined) {
    for (const [key, value] of Object.entries({ text, label })) {
      if (value !== undefined) say(key, `'dataset.${key}' goes with a 'file', not with a 'name'`);
    }
  }
  if (split === "textcnn" && name !== "rt-polarity") {
    say("split", "the split 'textcnn' is one of rt-polarity");
  }
  if (files && name !== "reviews-demo") {
    say(
      "split",
      "a split by files is known for reviews-demo only; give shares: { test: 0.1, validation: 0.1 }",
    );
  }
  if (
    !files && typeof split === "object" &&
    [split.test, "validation" in split ? split.validation : 0].some((share) => typeof share === "string")
  ) {
    say("split", "a split by shares takes numbers, one by files needs 'train'");
  }
  return broken;
}

function promptRules(prompt: PromptSpec): Broken[] {
  const broken: Broken[] = [];
  const say = (key: string, message: string) => broken.push({ path: ["prompt", key], message });
  if (prompt.kind === "hard") {
    for (const key of ["length", "insertion", "initialization"] as const) {
      if (prompt[key] !== undefined) {
        say(key, `'prompt.${key}' belongs to a soft prompt: remove it, or set 'prompt.kind: soft'`);
      }
    }
  }
  const given = prompt.initialization as { from: string; range?: number; top?: number } | undefined;
  if (given?.from === "random" && given.top !== undefined) {
    say("initialization", "'top' goes with 'from: vocabulary'");
  }
  if (given?.from === "vocabulary" && given.range !== undefined) {
    say("initialization", "'range' goes with 'from: random'");
  }
  try {
    parseTemplate(prompt.template, prompt.kind === "soft" ? prompt.length ?? 20 : 0);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    say("template", error.message);
  }
  return broken;
}

function trainingRules({ prompt, training, dataset }: PartialExperiment): Broken[] {
  if (training === undefined) return [];
  const broken: Broken[] = [];
  const say = (key: string[], message: string) => broken.push({ path: ["training", ...key], message });
  const { epochs, steps, earlyStopping, optimizer, accumulate, batchSize } = training as Partial<
    TrainingSpec
  >;
  if (optimizer?.factored !== undefined && optimizer.name !== "adafactor") {
    say(["optimizer", "factored"], "'factored' goes with 'name: adafactor'");
  }
  if (accumulate !== undefined && accumulate > (batchSize ?? 32)) {
    say(["accumulate"], `a batch of ${batchSize ?? 32} examples cannot be taken in ${accumulate} parts`);
  }
  if (prompt?.kind === "hard") {
    say([], "a hard prompt is not trained: remove 'training', or set 'prompt.kind: soft'");
  }
  if (epochs !== undefined && steps !== undefined) {
    say(["steps"], "'training' takes 'epochs' or 'steps', not both");
  }
  const split = dataset?.split as Partial<DatasetSpec>["split"];
  const splitBrings = typeof split === "object"
    ? Boolean(split.validation)
    : dataset?.name === "reviews-demo";
  if (earlyStopping !== undefined && dataset?.validation === 0 && !splitBrings) {
    say(["earlyStopping"], "early stopping needs a validation set: set 'dataset.validation' above 0");
  }
  return broken;
}

function verbalizerRules(verbalizer: Record<string, string[]>): Broken[] {
  const owners = new Map<string, string>();
  return Object.entries(verbalizer).flatMap(([name, words]) =>
    words.flatMap((word, i) => {
      const owner = owners.get(word);
      owners.set(word, name);
      return owner === undefined
        ? []
        : [{ path: ["verbalizer", name, i], message: `'${word}' stands for '${owner}' already` }];
    })
  );
}

function sampleRules({ evaluation, verbalizer }: PartialExperiment): Broken[] {
  const classes = Object.keys(verbalizer ?? {});
  return ((evaluation?.samples ?? []) as Sample[]).flatMap(({ label }, i) =>
    label === undefined || classes.includes(label) ? [] : [{
      path: ["evaluation", "samples", i, "label"],
      message: `'${label}' is no class of the verbalizer (${classes.join(", ")})`,
    }]
  );
}
