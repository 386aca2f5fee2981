import { join } from "@std/path";
import {
  type ClassifierPrompt,
  type Emitted,
  exportClassifier,
  type WeightStorage,
} from "../compiler/mod.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../device/device.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import { InputError } from "../base/errors.ts";
import { modelFile } from "../experiment/model_file.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import type { WordExperiment } from "../experiment/types.ts";
import type { ModelCard } from "../model/card.ts";
import { readJson } from "../disk/read_json.ts";
import { RegionReader } from "../model/read_region.ts";
import { readTokenizerConfig, readTokenizerJson } from "../model/read_tokenizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import type { TextFrame } from "../prompt/frame.ts";
import { readVerbalizer, verbalizerFeeds } from "../prompt/verbalizer.ts";
import { textReading } from "./text_reading.ts";

/** What weights are stored as, by the names that transformers.js has for it. */
const STORAGE = { fp32: "float32", fp16: "float16", q8: "int8" } as const satisfies Readonly<
  Record<string, WeightStorage>
>;

/** How a classifier's weights are stored, as transformers.js names it. */
export type ClassifierDtype = keyof typeof STORAGE;

/**
 * What a causal model's classifier is called: transformers.js classifies texts with no type of causal models. This type
 * is fed token ids and a mask, as the classifier is.
 */
const CLASSIFYING = { model_type: "distilbert", architectures: ["DistilBertForSequenceClassification"] };

/** The parts of a classifier. */
export interface ClassifierParts {
  readonly experiment: WordExperiment;
  /** The hash of the run's content, which says which run the files are of. */
  readonly contentHash: string;
  readonly model: { readonly folder: string; readonly card: ModelCard; readonly tokenizer: Tokenizer };
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
  if (columnsOf(template).length > 1) {
    throw new InputError(
      `a classifier takes one text, but the template has ${
        columnsOf(template).join(" and ")
      }: export a run whose template has one column`,
    );
  }
  const { tokenizer, card, folder } = model;
  const encoder = new TemplateEncoder(template, tokenizer, card, counting);
  const { classes, tokens } = readVerbalizer(experiment.verbalizer, tokenizer, experiment.multiTokenWords);
  const feeds = verbalizerFeeds({ tokens });
  const around = [...tokenizer.prefix, ...tokenizer.suffix];
  const tokenizerJson = await readTokenizerJson(folder);
  const { json: reading, frame } = textReading(encoder, tokenizerJson, columnsOf(template)[0]!, clean, texts);
  const room = roomOf(frame, card);
  const classifier: ClassifierPrompt = {
    ...frame,
    firstPosition: card.firstPosition,
    special: [...new Set(around)],
    room,
    isCausal: card.kind === "causal",
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, constantOf(tensor)])),
    labelTokens: constantOf(feeds.label_tokens),
    labelWeights: constantOf(feeds.label_weights),
    shift: constantOf(
      float32Tensor(Float32Array.from(classes, (_, c) => calibration.shift?.[c] ?? 0), [classes.length]),
    ),
    temperature: constantOf(scalarTensor(calibration.temperature ?? 1)),
  };
  const config = await readJson(join(folder, "config.json"));
  const tokenizerConfig = await readTokenizerConfig(folder, ["tokenizer_config.json"]);
  const names = Object.fromEntries(classes.map((name, i) => [i, name]));
  using regions = new RegionReader();
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  return {
    [modelFile(dtype)]: exportClassifier(predict, classifier, regions.read, STORAGE[dtype]),
    "config.json": json({
      ...config,
      ...(card.kind === "causal" && CLASSIFYING),
      id2label: names,
      label2id: Object.fromEntries(classes.map((name, i) => [name, i])),
      softprompt: {
        model_type: config.model_type,
        template: prompt.template,
        verbalizer: experiment.verbalizer,
        clean,
        content_hash: contentHash,
      },
    }),
    "tokenizer.json": json(reading),
    "tokenizer_config.json": json({
      // Without a class of its own, a tokenizer is taken to be of the model's type.
      ...(card.kind === "causal" && { tokenizer_class: "PreTrainedTokenizerFast" }),
      ...tokenizerConfig,
      ...(room !== undefined && { model_max_length: room + around.length }),
    }),
  };
}

/** The number of a text's tokens that fit with the template; `undefined` where nothing limits it. */
function roomOf({ before, after }: TextFrame, { positions = Infinity, sequence = Infinity }: ModelCard) {
  const counted = [...before.counted, ...after.counted];
  const room = Math.min(positions - counted.filter(Boolean).length, sequence - counted.length);
  return room === Infinity ? undefined : room;
}

function constantOf({ type, dims, data }: Tensor) {
  return { type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
