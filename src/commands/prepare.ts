import type { Compiled, LossMean, OptimizerName } from "../compiler/mod.ts";
import { compileModel, compileOnce, type Form, targetOf } from "./compile_model.ts";
import { checkTrainable, rareClasses } from "../dataset/class_counts.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import { type Example, placed } from "../dataset/example.ts";
import { sha256 } from "../dataset/sha256.ts";
import { type Device, DeviceError } from "../device/device.ts";
import { InputError, KeyError } from "../experiment/errors.ts";
import { readColumns } from "../dataset/reading.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import type { Experiment, Insertion, TrainingSpec } from "../experiment/types.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import { readsPadding } from "../prompt/padding.ts";
import { readable } from "../prompt/stretch.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { TransferSet } from "../dataset/transfer.ts";
import type { OpenModel } from "./open_model.ts";
import { type GivenPrompt, readGivenPrompt } from "./read_given_prompt.ts";
import { type Members, readMembers } from "./read_members.ts";
import type { Workbench } from "./workbench.ts";

/** Everything that an experiment names, read and checked. */
export interface Prepared {
  readonly experiment: Experiment;
  readonly model: OpenModel;
  readonly dataset: Dataset;
  readonly verbalizer: Verbalizer;
  /** The prompt that this one starts from, for `run` and `peft`. */
  readonly given: GivenPrompt | undefined;
  /** The prompts that answer together, where there is an ensemble. */
  readonly members: Members | undefined;
  /** Other data that what is tuned is scored on. */
  readonly transfer: readonly TransferSet[];
  /** Tells experiments of different content apart: what is asked, of which model, on which data. */
  readonly contentHash: string;
}

/**
 * Reads what an experiment names.
 *
 * @param file the experiment file, which paths are relative to
 * @param workbench what other runs have read already
 * @param folders the runs whose prompts answer together, where there is an ensemble
 * @throws {InputError} on anything missing or unfit
 */
export async function prepare(
  experiment: Experiment,
  file: string,
  workbench: Workbench,
  folders?: readonly string[],
): Promise<Prepared> {
  const model = await workbench.model(experiment.model, file);
  checkTuning(experiment, model);
  const verbalizer = readVerbalizer(experiment.verbalizer, model.tokenizer, experiment.multiTokenWords);
  checkStartingWords(experiment, model.tokenizer);
  const dataset = await workbench.dataset(experiment, file, verbalizer.classes);
  const { revision: _, ...frozen } = experiment.model, { revision: __, ...data } = experiment.dataset;
  if (experiment.training) checkTrainable(dataset, verbalizer.classes, datasetName(experiment.dataset));
  const given = await readGivenPrompt(experiment.prompt, file, model);
  const members = folders && await readMembers(experiment, folders, model);
  const asked = askedOf({ ...experiment, model: frozen, dataset: data });
  const transfer = await workbench.transfer(experiment, file, verbalizer.classes);
  const tuned = [...(given ? [given.sha256] : []), ...members?.sha256 ?? []];
  const elsewhere = transfer.map(({ sha256 }) => sha256);
  const content = JSON.stringify([
    asked,
    model.files,
    dataset.sha256,
    ...tuned,
    ...elsewhere,
  ]);
  return {
    experiment: {
      ...experiment,
      model: { ...frozen, ...(model.revision !== null && { revision: model.revision }) },
      dataset: { ...data, ...(dataset.revision !== null && { revision: dataset.revision }) },
    },
    model,
    // The validation sets of several seeds are training sets of others.
    dataset: members ? { ...dataset, validation: [] } : dataset,
    verbalizer,
    given,
    members,
    transfer,
    contentHash: await sha256(new TextEncoder().encode(content)),
  };
}

/** Vectors are not started from words that the model has no vectors of. */
function checkStartingWords(
  { prompt: { initialization }, verbalizer }: Experiment,
  tokenizer: Tokenizer,
): void {
  const check = (text: string, path: readonly (string | number)[]) =>
    said(() => readable(tokenizer.encode(text), tokenizer), (message) => new KeyError([{ path, message }]));
  if (initialization?.from === "text") check(initialization.text, ["prompt", "initialization", "text"]);
  if (initialization?.from !== "labels") return;
  for (const [name, words] of Object.entries(verbalizer)) {
    for (const [i, word] of words.entries()) check(word, ["verbalizer", name, i]);
  }
}

/**
 * A model that reads padding has its batches in parts of one length each, and only a prompt's step can be taken in parts.
 *
 * @throws {KeyError} where a whole model is to be tuned that would read what fills its batches up
 */
function checkTuning({ tune, training }: Experiment, { card, facts }: OpenModel): void {
  if (tune !== "all" || training!.batchSize === 1 || !readsPadding(card, facts.inputs)) return;
  const message = `the model takes no 'attention_mask' and would read the padding of a batch (${
    training!.batchSize
  } texts): set 'training.batchSize: 1', or export it with its attention mask`;
  throw new KeyError([{ path: ["training", "batchSize"], message }]);
}

/**
 * What tells experiments apart: not how they are called, nor where the prompts of an ensemble lie. What is tuned counts where
 * it is not what the kind of prompt says anyhow.
 */
function askedOf({ name: _, description: __, tune, ensemble, ...asked }: Experiment): unknown {
  const isUsual = tune === (asked.prompt.kind === "soft" ? "prompt" : "none");
  return { ...asked, ...(!isUsual && { tune }), ...(ensemble && { vote: ensemble.vote }) };
}

/** What a person should know of the data before they are used, in a line each. */
export function dataWarnings(
  title: string,
  { dataset, transfer, verbalizer: { classes } }: Pick<Prepared, "dataset" | "transfer" | "verbalizer">,
): string[] {
  const { repeated, validation, test } = dataset;
  const notes = new Set([dataset, ...transfer].flatMap(({ notes }) => notes));
  const rare = [
    rareClasses(test, classes, "the test set"),
    validation.length > 0 ? rareClasses(validation, classes, "the validation set") : undefined,
    ...transfer.map(({ name, examples }) => rareClasses(examples, classes, `'${name}'`)),
  ];
  const warnings = [
    ...(repeated > 0 ? [`${repeated} of the ${test.length} test texts stand in the training set, too`] : []),
    ...rare.filter((line) => line !== undefined),
  ];
  return [
    ...[...notes].map((line) => `${title}: ${line}`),
    ...warnings.map((line) => `warning: ${title}: ${line}`),
  ];
}

/** What a person should know of words in a template that the tokenizer has no token for. */
export function unknownWordsWarning(title: string, words: readonly string[]): string {
  return `warning: ${title}: the model's tokenizer has no token for ${
    words.map((word) => `'${word}'`).join(", ")
  } in the template: the model reads an unknown token there, or nothing`;
}

/** How positions are counted in an experiment whose prompt is compiled in. */
export function positionCounting(
  insertion: Insertion | undefined,
  compiled: Compiled | undefined,
): PositionCounting {
  const behind = compiled?.positions === "embedding-layer" && insertion === "embedding-output";
  return behind ? "text-alone" : "together";
}

/**
 * Compiles the training step of a soft prompt; `undefined` for a hard one.
 *
 * @param cache the folder that artifacts are kept in from run to run; absent: none are kept
 */
export async function compileExperiment(
  { experiment: { prompt, training }, model }: Pick<Prepared, "experiment" | "model">,
  form: Form,
  cache?: string,
): Promise<Compiled | undefined> {
  if (!prompt.insertion) return undefined;
  const optimizer = optimizerName(training);
  return cache === undefined
    ? compileModel(model, prompt.insertion, optimizer, form)
    : await compileOnce(model, prompt.insertion, optimizer, form, cache);
}

/**
 * What an experiment's graphs are compiled for, and in.
 *
 * @throws {DeviceError} where the device has no float16 and the experiment asks for it
 */
export function formOn(device: Device, { precision, training }: Experiment): Form {
  if (precision === "float16" && !device.float16) {
    throw new DeviceError(
      `'precision: float16' needs WebGPU on an adapter that has shader-f16, and the device is ${device.description}: set 'precision: float32' or another 'device:'`,
    );
  }
  return { target: targetOf(device.kind), precision, loss: lossOf(training) };
}

function lossOf(training: TrainingSpec | undefined): LossMean {
  return training?.classWeights === undefined ? "plain" : "weighted";
}

/** Tells apart what is compiled: experiments of the same key share one compiled step. */
export function stepKey({ experiment: { tune, prompt, training, precision }, model }: Prepared): string {
  const what = prompt.insertion ?? (tune === "all" ? "model" : "hard");
  return [model.onnx, model.sha256, what, optimizerName(training), lossOf(training), precision].join(
    "|",
  );
}

/** An experiment's optimizer as the compiler calls it; any will do where nothing is trained. */
export function optimizerName(training?: Pick<TrainingSpec, "optimizer">): OptimizerName {
  if (training === undefined) return "adamw";
  const { name, factored } = training.optimizer;
  return name === "adafactor" && factored ? "adafactor-factored" : name;
}

/** The examples of an experiment in its template. */
export interface EncodedDataset {
  readonly train: readonly LabelledEncoding[];
  readonly validation: readonly LabelledEncoding[];
  readonly test: readonly LabelledEncoding[];
  /** Other data that what is tuned is scored on, one after the other. */
  readonly transfer: readonly (readonly LabelledEncoding[])[];
  /** The experiment's own sentences; their label does not matter. */
  readonly samples: readonly LabelledEncoding[];
  /** Inputs without content, for contextual calibration. */
  readonly contentFree: readonly LabelledEncoding[];
  /** How many texts the tokenizer takes in another way than Hugging Face's own. */
  readonly otherwise: number;
  /** Words of the template that the tokenizer has no token for. */
  readonly unknownWords: readonly string[];
  /** How many texts were cut to fit the model's positions. */
  readonly truncated: Readonly<Record<"train" | "validation" | "test" | "samples", number>>;
}

/**
 * Puts all texts of an experiment into its template.
 *
 * @throws {InputError} where the template does not fit the model
 */
export function encodeDataset(
  { experiment, model, dataset, transfer, verbalizer }: Prepared,
  counting: PositionCounting,
): EncodedDataset {
  const { prompt, training, evaluation } = experiment;
  const template = parseTemplate(prompt.template, prompt.length ?? 0);
  const encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting);
  const held = new PackedEncodings();
  const encode = (examples: readonly Example[]) =>
    examples.map((example) => {
      const encoded = said(
        () => encoder.encode(placed(example)),
        (message) => new InputError(`${example.id}: ${message}`),
      );
      return held.pack({ ...encoded, label: Math.max(0, verbalizer.classes.indexOf(example.label)) });
    });
  const names = columnsOf(template);
  const own = (id: string, texts: Readonly<Record<string, string | undefined>>): Example => {
    const given = Object.fromEntries(names.map((name) => [name, texts[name] ?? ""]));
    const columns = readColumns(given, names, experiment.dataset.clean);
    return { id, text: Object.values(columns).join(" | "), columns, label: texts.label ?? "" };
  };
  const parts = {
    train: encode(training ? dataset.train : []),
    validation: encode(dataset.validation),
    test: encode(dataset.test),
    transfer: transfer.map(({ examples }) => encode(examples)),
    contentFree: encode(
      (evaluation.contentFree ?? []).map((text, i) =>
        own(`evaluation.contentFree[${i}]`, Object.fromEntries(names.map((name) => [name, text])))
      ),
    ),
    samples: encode(evaluation.samples.map((sample, i) => own(`evaluation.samples[${i}]`, sample))),
  };
  const cut = (examples: readonly LabelledEncoding[]) => examples.filter((example) => example.cut > 0).length;
  const texts = [...dataset.train, ...dataset.validation, ...dataset.test].map(({ text }) => text);
  return {
    ...parts,
    unknownWords: encoder.unknownWords,
    otherwise: texts.filter((text) => model.tokenizer.differsFromReference(text)).length,
    truncated: {
      train: cut(parts.train),
      validation: cut(parts.validation),
      test: cut(parts.test),
      samples: cut(parts.samples),
    },
  };
}

/** Does something; what is wrong with the input is said in other words. */
function said<Result>(act: () => Result, inWords: (message: string) => InputError): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof InputError ? inWords(error.message) : error;
  }
}
