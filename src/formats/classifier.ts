import { type ClassifierPrompt, type Emitted, exportClassifier } from "../compiler/mod.ts";
import type { Tensor } from "../device/device.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import type { WordExperiment } from "../experiment/types.ts";
import { RegionReader } from "../model/read_region.ts";
import { readTokenizerJson } from "../model/read_tokenizer.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { templateError } from "../prompt/template_error.ts";
import { readVerbalizer, verbalizerFeeds } from "../prompt/verbalizer.ts";
import {
  type ClassifiedModel,
  type ClassifierDtype,
  classifierFolder,
  onlyColumn,
} from "./classifier_folder.ts";
import { calibrationConstants, constantOf } from "./constant_of.ts";
import { roomAround } from "./room_around.ts";
import { STORAGE } from "./storage.ts";
import { textReading } from "./text_reading.ts";

/** The parts of a classifier. */
export interface ClassifierParts {
  readonly experiment: WordExperiment;
  /** The hash of the run's content, which says which run the files are of. */
  readonly contentHash: string;
  readonly model: ClassifiedModel;
  readonly counting: PositionCounting;
  /** The compiled `predict` graph. */
  readonly predict: Emitted;
  /** Its additional inputs: a soft prompt, float32 [length, dimension], or a tuned model's weights. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** The calibration of its logits. */
  readonly calibration: Calibration;
  /** The run's texts, which it must read as the run does. */
  readonly texts: readonly string[];
  readonly dtype: ClassifierDtype;
}

/**
 * A run as a classifier in the hub's layout, for plain ONNX Runtime and transformers.js: `onnx/model.onnx`
 * (or the name of its `dtype`), `config.json` with the classes' names, and the tokenizer, with the maximum length of a text and the run's cleaning.
 *
 * @throws {InputError} where the template has several columns, or no tokenizer can read a text alone as the run does
 */
export async function classifierFiles(
  { experiment, contentHash, model, counting, predict, inputs, calibration, texts, dtype }: ClassifierParts,
): Promise<Record<string, string | Uint8Array>> {
  const { prompt } = experiment;
  const template = parseTemplate(prompt.template, promptLength(prompt));
  const { clean } = experiment.dataset;
  const column = onlyColumn(columnsOf(template));
  const { tokenizer, card, folder } = model;
  const encoder = new TemplateEncoder(template, tokenizer, card, counting);
  const { classes, tokens } = readVerbalizer(experiment.verbalizer, tokenizer, experiment.multiTokenWords);
  const feeds = verbalizerFeeds({ tokens });
  const around = [...tokenizer.prefix, ...tokenizer.suffix];
  const tokenizerJson = await readTokenizerJson(folder);
  const { json: reading, frame } = textReading(encoder, tokenizerJson, column, clean, texts);
  const { answerRow } = frame;
  if (answerRow === undefined) {
    throw templateError(
      "the template ends with the text, so the answer has no fixed place: end it with words",
    );
  }
  const room = roomAround(frame, card);
  const classifier: ClassifierPrompt = {
    ...frame,
    answerRow,
    firstPosition: card.firstPosition,
    special: [...new Set(around)],
    room,
    isCausal: card.kind === "causal",
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, constantOf(tensor)])),
    labelTokens: constantOf(feeds.label_tokens),
    labelWeights: constantOf(feeds.label_weights),
    ...calibrationConstants(calibration, classes.length),
  };
  using regions = new RegionReader();
  return await classifierFolder({
    model,
    dtype,
    file: exportClassifier(predict, classifier, regions.read, STORAGE[dtype]),
    reading,
    room,
    classes,
    about: {
      template: prompt.template,
      verbalizer: experiment.verbalizer,
      clean,
      content_hash: contentHash,
    },
  });
}
