import type { LikelihoodExperiment } from "../experiment/text_types.ts";
import { classTextsInCard } from "../formats/cards.ts";
import type { ClassifierDtype } from "../formats/classifier_folder.ts";
import { likelihoodClassifierFiles } from "../formats/likelihood_classifier.ts";
import { compileHardModel } from "../artifacts/compile_model.ts";
import type { OpenModel } from "../model/open_model.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { type AnyAbout, readRun } from "../results/read_run.ts";
import { readerOfRun } from "../inference/reader_of_run.ts";
import { calibrationIn } from "../run/calibrate.ts";
import { compileExperiment, positionCounting } from "../run/compile_experiment.ts";
import { textTargets } from "../run/text_targets.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { adapterFiles } from "./export_adapter.ts";
import { noteSpelled } from "./note_spelled.ts";

/** A complete run whose classes are found by the likelihood of their texts. */
export interface LikelihoodRun extends Pick<AnyAbout, "environment"> {
  readonly experiment: LikelihoodExperiment;
  readonly folder: string;
  readonly model: OpenModel;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A run as an adapter for PEFT. @throws {InputError} where PEFT cannot put its prompt where it is */
export async function likelihoodAdapterFiles(
  { experiment, folder, model }: LikelihoodRun,
  io: CommandIo,
): Promise<Files> {
  const { name, prompt, dataset: { clean } } = experiment;
  const { reader: { card } } = await readerOfRun(experiment, model, folder);
  const subject = { name, clean, kind: card.kind, answers: classTextsInCard(experiment) };
  return await adapterFiles(prompt, subject, folder, model, io);
}

/** A run as a classifier. @throws {InputError} as `likelihoodClassifierFiles` does */
export async function likelihoodClassifier(
  { experiment, environment, folder, model }: LikelihoodRun,
  dtype: ClassifierDtype,
  io: CommandIo,
): Promise<Files> {
  const { prompt } = experiment;
  const { reader, shown } = await readerOfRun(experiment, model, folder);
  const target = { target: "cpu", precision: "float32", answer: "text" } as const;
  const compiled = await compileExperiment({ experiment, model }, target);
  const { encoder, classes } = textTargets(experiment, reader, shown, positionCounting(prompt, compiled));
  if (classes === undefined) throw new TypeError("classes without texts");
  const { metrics, predictions } = await readRun(folder);
  const texts = predictions.map(({ text }) => text);
  noteSpelled(texts, model, `${folder}: the classifier`, io);
  return await likelihoodClassifierFiles({
    experiment,
    contentHash: environment.content_hash,
    model: { folder: model.folder, tokenizer: model.tokenizer, card: reader.card },
    targets: encoder,
    verbalizer: classes,
    predict: (compiled ?? compileHardModel(model, target)).predict,
    prompt: compiled && (await readPrompt(folder, compiled.dimension)).prompt,
    calibration: calibrationIn(metrics.calibration, classes.classes),
    texts,
    dtype,
  });
}
