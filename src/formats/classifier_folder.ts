import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { readJson } from "../disk/read_json.ts";
import { modelFile } from "../experiment/model_file.ts";
import type { ReadingCard } from "../model/card.ts";
import { readTokenizerConfig } from "../model/read_tokenizer.ts";
import type { Json } from "../model/special_tokens.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { STORAGE } from "./storage.ts";

/** How a classifier's weights are stored, as transformers.js names it. */
export type ClassifierDtype = keyof typeof STORAGE;

/**
 * What a classifier of a model that writes texts is called: transformers.js classifies texts with no type of such models. This type is
 * fed token ids and a mask, as the classifier is.
 */
const CLASSIFYING = { model_type: "distilbert", architectures: ["DistilBertForSequenceClassification"] };

/** The model that a classifier is made of. */
export interface ClassifiedModel {
  readonly folder: string;
  readonly card: ReadingCard;
  readonly tokenizer: Tokenizer;
}

/** What a classifier's folder is made of. */
export interface ClassifierFolder {
  readonly model: ClassifiedModel;
  readonly dtype: ClassifierDtype;
  /** The ONNX file. */
  readonly file: Uint8Array;
  /** The tokenizer that reads texts as the run does. */
  readonly reading: Json;
  /** The number of tokens of a text that fit; `undefined` where nothing limits it. */
  readonly room: number | undefined;
  readonly classes: readonly string[];
  /** What it is made of: the template, the verbalizer, the cleaning and the hash of the run's content. */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * The column whose text a classifier reads.
 *
 * @throws {InputError} where the template has several
 */
export function onlyColumn(columns: readonly string[]): string {
  const [column, ...others] = columns;
  if (column !== undefined && others.length === 0) return column;
  throw new InputError(
    `a classifier takes one text, but the template has ${
      columns.join(" and ")
    }: export a run whose template has one column`,
  );
}

/** The files of a classifier in the hub's layout, by their names. */
export async function classifierFolder(
  { model: { folder, card, tokenizer }, dtype, file, reading, room, classes, about }: ClassifierFolder,
): Promise<Record<string, string | Uint8Array>> {
  const config = await readJson(join(folder, "config.json"));
  const tokenizerConfig = await readTokenizerConfig(folder, ["tokenizer_config.json"]);
  const writes = card.kind !== "masked";
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  return {
    [modelFile(dtype)]: file,
    "config.json": json({
      ...config,
      ...(writes && CLASSIFYING),
      ...(card.kind === "encoder-decoder" && { is_encoder_decoder: false }),
      id2label: Object.fromEntries(classes.map((name, i) => [i, name])),
      label2id: Object.fromEntries(classes.map((name, i) => [name, i])),
      softprompt: { model_type: config.model_type, ...about },
    }),
    "tokenizer.json": json(reading),
    "tokenizer_config.json": json({
      // Without a class of its own, a tokenizer is taken to be of the model's type.
      ...(writes && { tokenizer_class: "PreTrainedTokenizerFast" }),
      ...tokenizerConfig,
      ...(room !== undefined &&
        { model_max_length: room + tokenizer.prefix.length + tokenizer.suffix.length }),
    }),
  };
}
