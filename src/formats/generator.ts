import { join } from "@std/path";
import {
  CompileError,
  compileGeneration,
  exportCausal,
  exportDecoder,
  exportEncoder,
  type Insertion,
  readOnnxFile,
} from "../compiler/mod.ts";
import type { Tensor } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { readJson } from "../disk/read_json.ts";
import type { Clean } from "../dataset/reading.ts";
import { modelFile } from "../experiment/model_file.ts";
import type { ReadingCard } from "../model/card.ts";
import { GENERATION_CONFIG, readGenerationRules, withoutIgnoredRules } from "../model/generation_rules.ts";
import type { OpenModel } from "../model/open_model.ts";
import { RegionReader } from "../model/read_region.ts";
import { readTokenizerConfig, readTokenizerJson } from "../model/read_tokenizer.ts";
import type { TemplateEncoder } from "../prompt/encoding.ts";
import type { TextFrame } from "../prompt/frame.ts";
import type { ClassifierDtype } from "./classifier_folder.ts";
import { constantOf } from "./constant_of.ts";
import { checkInFront } from "./in_front.ts";
import { roomAround } from "./room_around.ts";
import { STORAGE } from "./storage.ts";
import { textReading } from "./text_reading.ts";

/** The parts of a generator. */
export interface GeneratorParts {
  /** The model, opened for generating. */
  readonly model: Pick<OpenModel, "folder" | "onnx" | "graph" | "decoder" | "continuing">;
  readonly card: ReadingCard;
  /** The template, which has one column. */
  readonly encoder: TemplateEncoder;
  readonly column: string;
  readonly clean: Clean;
  /** A soft prompt, float32 [length, dimension], and where it enters; absent for a hard one. */
  readonly prompt: { readonly vectors: Tensor; readonly insertion: Insertion } | undefined;
  /** The run's texts, which it must read as the run does. */
  readonly texts: readonly string[];
  readonly dtype: ClassifierDtype;
  /** The tokens that an answer begins with, of an encoder-decoder, and those that end it. */
  readonly tokens: { readonly start: number | undefined; readonly ends: readonly number[] };
  /** The largest number of tokens that the run writes, for which a causal model's positions are kept. */
  readonly maxTokens: number;
  /** What says of which run the files are: keys for `softprompt` in `config.json`. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** What a run does not use of a model's `config.json`: words that a pipeline puts before texts, and how its own weights are stored. */
const LEFT_OUT = ["prefix", "task_specific_params", "transformers.js_config"];

/**
 * A run as a generator in the hub's layout: of an encoder-decoder for transformers.js' `text2text-generation`
 * (`onnx/encoder_model.onnx` and `onnx/decoder_model_merged.onnx`), of a causal model for its `text-generation` (`onnx/model.onnx`), each
 * with the ending of its `dtype`; `config.json`, `generation_config.json` with what the run follows of the model's, and the tokenizer.
 *
 * @throws {InputError} where no tokenizer can read a text alone as the run does, or a causal model's prompt is not in front
 * @throws {CompileError} where the model's files cannot be changed
 */
export async function generatorFiles(parts: GeneratorParts): Promise<Record<string, string | Uint8Array>> {
  const { model: { folder }, card, encoder, column, clean, texts, maxTokens, about, tokens } = parts;
  const { tokenizer } = encoder;
  const tokenizerJson = await readTokenizerJson(folder);
  const isCausal = card.kind === "causal";
  if (isCausal) await checkRules(folder);
  // A causal model's words stand between its vectors and what it writes, and a text's own special tokens would be among them.
  const bare = isCausal ? { ...tokenizerJson, post_processor: null } : tokenizerJson;
  const { json: reading, frame } = textReading(encoder, bare, column, clean, texts);
  const room = roomAround(frame, card, isCausal ? maxTokens : 0);
  if (room !== undefined && room < 1) {
    throw new InputError(
      `the template, the prompt and ${maxTokens} new tokens take all ${card.positions} positions of the model: lower 'evaluation.generate.maxTokens', or shorten the template`,
    );
  }
  const graphs = isCausal ? causalFile(parts, frame) : await seq2seqFiles(parts, frame, room);
  const config = await readJson(join(folder, "config.json"));
  const tokenizerConfig = await readTokenizerConfig(folder, ["tokenizer_config.json"]);
  const named = await readTokenizerConfig(folder);
  const around = isCausal ? 0 : tokenizer.prefix.length + tokenizer.suffix.length;
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  const rules = await readJson(join(folder, GENERATION_CONFIG)).catch((error) => {
    if (isAbsent(error)) return {};
    throw error;
  });
  return {
    ...graphs,
    "config.json": json({
      ...Object.fromEntries(
        Object.entries(withoutIgnoredRules(config)).filter(([key]) => !LEFT_OUT.includes(key)),
      ),
      softprompt: { ...about, clean },
    }),
    [GENERATION_CONFIG]: json({
      ...withoutIgnoredRules(rules),
      ...(tokens.start !== undefined && { decoder_start_token_id: tokens.start }),
      eos_token_id: tokens.ends,
    }),
    "tokenizer.json": json(reading),
    "tokenizer_config.json": json({
      ...tokenizerConfig,
      ...(isCausal && { add_bos_token: false, add_eos_token: false }),
      // Several texts at once need a token to pad the shorter ones, which no one reads.
      ...(isCausal && { pad_token: named.pad_token ?? named.eos_token ?? named.bos_token }),
      ...(room !== undefined && { model_max_length: room + around }),
    }),
  };
}

/** @throws {InputError} where a run follows rules that other programs, which see a text's tokens, would follow in another way */
async function checkRules(folder: string): Promise<void> {
  const { repetitionPenalty = 1, noRepeatNgramSize = 0, minLength = 0 } = await readGenerationRules(folder);
  const counted = [
    ...(repetitionPenalty === 1 ? [] : ["repetition_penalty"]),
    ...(noRepeatNgramSize === 0 ? [] : ["no_repeat_ngram_size"]),
    ...(minLength === 0 ? [] : ["min_length"]),
  ];
  if (counted.length === 0) return;
  throw new InputError(
    `${folder}: the model's files ask for ${
      counted.join(" and ")
    }, which other programs count a text's own tokens for, and the run those of prompt and template, or only new ones: remove it from ${GENERATION_CONFIG} and run again`,
  );
}

function causalFile(
  { model: { onnx, graph }, card, encoder, prompt, dtype }: GeneratorParts,
  frame: TextFrame,
): Record<string, Uint8Array> {
  checkInFront(frame, encoder);
  using regions = new RegionReader();
  const file = exportCausal(
    readOnnxFile(graph, onnx, regions.read),
    {
      before: frame.before,
      after: frame.after,
      vectors: prompt && { rows: constantOf(prompt.vectors), insertion: prompt.insertion },
      firstPosition: card.firstPosition,
    },
    STORAGE[dtype],
  );
  return { [modelFile(dtype)]: file };
}

function seq2seqFiles(
  { model: { onnx, graph, decoder, continuing }, encoder: { tokenizer }, card, prompt, dtype }:
    GeneratorParts,
  frame: TextFrame,
  room: number | undefined,
): Record<string, Uint8Array> {
  if (decoder === undefined) throw new CompileError(`${onnx} comes without a decoder`);
  using regions = new RegionReader();
  const { encoder } = compileGeneration(graph, onnx, {
    decoder,
    read: regions.read,
    insertion: prompt?.insertion,
  });
  // Only a file that also begins texts stands for both.
  const merged = [continuing, decoder].find((one) => one?.path.includes("decoder_model_merged"));
  const written = readOnnxFile((merged ?? decoder).bytes, (merged ?? decoder).path, regions.read);
  return {
    [modelFile(dtype, "encoder_model")]: exportEncoder(
      encoder!,
      {
        ...frame,
        firstPosition: card.firstPosition,
        special: [...new Set([...tokenizer.prefix, ...tokenizer.suffix])],
        room,
      },
      prompt ? { prompt: constantOf(prompt.vectors) } : {},
      written,
      regions.read,
      STORAGE[dtype],
    ),
    [modelFile(dtype, "decoder_model_merged")]: exportDecoder(written, STORAGE[dtype]),
  };
}
