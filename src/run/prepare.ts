import { checkTrainable } from "../dataset/class_counts.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import { ConfigValueError } from "../base/errors.ts";
import {
  type ClassExperiment,
  isFreeTextExperiment,
  isLikelihoodExperiment,
} from "../experiment/class_experiment.ts";
import { isWordExperiment } from "../experiment/words_only.ts";
import type {
  FreeTextExperiment,
  GeneratedClassesExperiment,
  LikelihoodExperiment,
} from "../experiment/text_types.ts";
import type { Experiment, WordExperiment } from "../experiment/types.ts";
import { readsPadding } from "../prompt/padding.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import { type AnsweredExample, type Example, placed, type Splits } from "../dataset/example.ts";
import type { AnsweredData } from "../dataset/load_answered.ts";
import type { TransferSet } from "../dataset/transfer.ts";
import { type TextReader, textReaderOf } from "../model/text_reader.ts";
import type { ClassTexts } from "../prompt/class_texts.ts";
import type { ShownExample } from "../prompt/few_shot.ts";
import type { OpenModel } from "../model/open_model.ts";
import { checkStartingWords } from "./check_starting_words.ts";
import type { RunRequest } from "./context.ts";
import type { AskedText, ClassedText } from "./prepare_text.ts";
import type { ResourceCache } from "./resource_cache.ts";
import { complete, type PreparedBase, type PreparedRequest } from "./complete_prepared.ts";
import type { TextTargets } from "./text_targets.ts";

/** Of an experiment whose answers are classes. */
export interface PreparedRun<Asked extends Experiment = ClassExperiment> extends PreparedBase<Asked> {
  readonly dataset: Dataset;
  readonly transfer: readonly TransferSet[];
}

/** Of an experiment whose answers are words. */
export interface Prepared<Asked extends WordExperiment = WordExperiment> extends PreparedRun<Asked> {
  readonly form: "word";
}

/** Of an experiment whose classes are found by the likelihood of their texts. */
export interface PreparedLikelihood extends PreparedRun<LikelihoodExperiment> {
  readonly form: "likelihood";
  readonly verbalizer: Verbalizer & ClassTexts;
  readonly reader: TextReader;
  /** The examples in the prompt. */
  readonly shown: readonly ShownExample[];
}

/** Of an experiment whose answers are free texts. */
export interface PreparedFree extends PreparedBase<FreeTextExperiment> {
  readonly form: "free";
  readonly dataset: AnsweredData;
  readonly transfer: readonly TransferSet<AnsweredExample>[];
  readonly reader: TextReader;
  /** The examples in the prompt. */
  readonly shown: readonly ShownExample[];
}

/** Of an experiment whose classes are those whose texts are generated. */
export interface PreparedGeneratedClasses extends PreparedBase<GeneratedClassesExperiment> {
  readonly form: "generate";
  readonly dataset: Omit<Dataset, keyof Splits> & Splits<ClassedText>;
  readonly transfer: readonly TransferSet<ClassedText>[];
  readonly reader: TextReader;
  /** The examples in the prompt. */
  readonly shown: readonly ShownExample[];
}

/** Of an experiment whose answers are classes with probabilities. */
export type PreparedClasses = Prepared | PreparedLikelihood;

/** Of an experiment whose answers are generated. */
export type PreparedGenerated = PreparedFree | PreparedGeneratedClasses;

/** Of an experiment of any form. */
export type AnyPrepared = PreparedClasses | PreparedGenerated;

/**
 * Reads what an experiment names. What only texts need, such as the templates of chats, is loaded for them alone.
 *
 * @param resources the resources that other runs share
 * @throws {InputError} on anything missing or unsuitable
 */
export async function prepare(
  { experiment, ...request }: Pick<RunRequest, "experiment" | "file" | "ensembleRuns">,
  resources: ResourceCache,
): Promise<AnyPrepared> {
  if (isFreeTextExperiment(experiment)) return await prepareFree({ ...request, experiment }, resources);
  if (isLikelihoodExperiment(experiment)) {
    return await prepareLikelihood({ ...request, experiment }, resources);
  }
  return isWordExperiment(experiment)
    ? await prepareWords({ ...request, experiment }, resources)
    : await prepareGeneratedClasses({ ...request, experiment }, resources);
}

/** Reads what an experiment whose answers are words names. As {@linkcode prepare} otherwise. */
export async function prepareWords(
  request: PreparedRequest<WordExperiment>,
  resources: ResourceCache,
): Promise<Prepared> {
  const { experiment, file } = request;
  const model = await resources.model(experiment, file);
  checkTuning(experiment, model);
  const verbalizer = readVerbalizer(experiment.verbalizer, model.tokenizer, experiment.multiTokenWords);
  checkStartingWords(experiment, model.tokenizer);
  const dataset = await resources.dataset(experiment, file, verbalizer.classes);
  if (experiment.training) checkTrainable(dataset, verbalizer.classes, datasetName(experiment.dataset));
  const transfer = await resources.transfer(experiment, file, verbalizer.classes);
  return { form: "word", ...await complete(request, model, { dataset, verbalizer, transfer }, resources) };
}

/** What experiments read whose classes stand for texts; the examples that are shown are no training examples. */
async function readClassTexts(
  request: PreparedRequest<LikelihoodExperiment> | PreparedRequest<GeneratedClassesExperiment>,
  resources: ResourceCache,
) {
  const { experiment, file } = request;
  const model = await resources.model(experiment, file);
  const { prepareText } = await import("./prepare_text.ts");
  const { shown, targets } = await prepareText(request, resources);
  const verbalizer = spelled(targets, model);
  const reader = await textReaderOf(model, typeof experiment.prompt.template !== "string");
  const read = await resources.dataset(experiment, file, verbalizer.classes);
  const areShown = new Set(shown.map(({ id }) => id));
  const dataset = { ...read, train: read.train.filter(({ id }) => !areShown.has(id)) };
  const transfer = await resources.transfer(experiment, file, verbalizer.classes);
  return { model, shown: shownExamples(shown), reader, verbalizer, dataset, transfer };
}

async function prepareLikelihood(
  request: PreparedRequest<LikelihoodExperiment>,
  resources: ResourceCache,
): Promise<PreparedLikelihood> {
  const { model, shown, reader, ...named } = await readClassTexts(request, resources);
  return {
    form: "likelihood",
    ...await complete(request, model, named, resources, readWith(reader)),
    verbalizer: named.verbalizer,
    reader,
    shown,
  };
}

async function prepareFree(
  request: PreparedRequest<FreeTextExperiment>,
  resources: ResourceCache,
): Promise<PreparedFree> {
  const { experiment, file } = request;
  const model = await resources.model(experiment, file);
  const { prepareText } = await import("./prepare_text.ts");
  const { shown, train } = await prepareText(request, resources);
  const reader = await textReaderOf(model, typeof experiment.prompt.template !== "string");
  const read = await resources.answered(experiment, file);
  const areTrained = new Set(train.map(({ id }) => id));
  const dataset = { ...read, train: read.train.filter(({ id }) => areTrained.has(id)) };
  const transfer = await resources.answeredTransfer(experiment, file);
  const named = { dataset, verbalizer: { classes: [], tokens: [] }, transfer };
  return {
    form: "free",
    ...await complete(request, model, named, resources, readWith(reader)),
    reader,
    shown: shownExamples(shown),
  };
}

async function prepareGeneratedClasses(
  request: PreparedRequest<GeneratedClassesExperiment>,
  resources: ResourceCache,
): Promise<PreparedGeneratedClasses> {
  const { model, shown, reader, verbalizer, dataset, transfer } = await readClassTexts(request, resources);
  const { withTexts } = await import("./prepare_text.ts");
  const asked = (examples: readonly Example[]) => withTexts(examples, request.experiment.verbalizer);
  const named = {
    verbalizer,
    dataset: {
      ...dataset,
      train: asked(dataset.train),
      validation: asked(dataset.validation),
      test: asked(dataset.test),
    },
    transfer: transfer.map((one) => ({ ...one, examples: asked(one.examples) })),
  };
  return {
    form: "generate",
    ...await complete(request, model, named, resources, readWith(reader)),
    reader,
    shown,
  };
}

/** The texts of classes, with their tokens. */
function spelled({ classes }: TextTargets, { tokenizer }: OpenModel): Verbalizer & ClassTexts {
  if (classes === undefined) throw new TypeError("classes without texts");
  return { ...classes, tokens: classes.texts.map((list) => list.map((text) => tokenizer.encode(text))) };
}

/** What answers depend on of how texts are read, besides the files that are hashed. */
function readWith({ tokens, chat }: TextReader): readonly unknown[] {
  return [tokens, chat ? { source: chat.source, specials: chat.specials } : null];
}

function shownExamples(shown: readonly AskedText[]): ShownExample[] {
  return shown.map((one) => ({ texts: placed(one), answer: one.targets[0] }));
}

/**
 * A model that reads padding needs parts of one length, and only a prompt's step can be split into parts.
 *
 * @throws {ConfigValueError} where a whole model is to be tuned that would read padding
 */
function checkTuning(experiment: WordExperiment, { card, facts }: OpenModel): void {
  if (experiment.tune !== "all") return;
  const { batchSize } = experiment.training;
  if (batchSize === 1 || !readsPadding(card, facts.inputs)) return;
  const message =
    `the model takes no 'attention_mask' and would read the padding of a batch (${batchSize} texts): set 'training.batchSize: 1', or export it with its attention mask`;
  throw new ConfigValueError([{ path: ["training", "batchSize"], message }]);
}
