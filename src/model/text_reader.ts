import { join } from "@std/path";
import { ConfigValueError, InputError } from "../base/errors.ts";
import { readJson } from "../disk/read_json.ts";
import type { ChatForm } from "../experiment/template.ts";
import type { ModelSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { readEncoderDecoderCard, type ReadingCard } from "./card.ts";
import { CHAT_TEMPLATE_FILE, type ChatTemplate, readChatTemplate } from "./chat_template.ts";
import { findModel } from "./folder.ts";
import type { OpenModel } from "./open_model.ts";
import { readTokenizer } from "./read_tokenizer.ts";
import { readTextTokens, TEXT_TOKEN_FILES, type TextTokens } from "./text_tokens.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What texts and answers are read with. */
export interface TextReader {
  /** The model's folder. */
  readonly folder: string;
  readonly tokenizer: Tokenizer;
  readonly card: ReadingCard;
  readonly tokens: TextTokens;
  /** How messages are written; only where it is asked for. */
  readonly chat: ChatTemplate | undefined;
  /** The chat of a run as it was written when the run began: a chat template may write the date, or what a library's version makes of it. */
  readonly written?: ChatForm;
}

/**
 * Reads what the files of a model say on reading texts; of an encoder-decoder on the hub, the files beside its graphs alone, which may be
 * large and need not be downloaded yet.
 *
 * @param open opens the model, whose graph shows more
 * @param wantsChat whether the template is a chat
 * @throws {InputError} where files are missing or unsuitable
 */
export async function openTextReader(
  spec: ModelSpec,
  namedIn: string,
  downloads: DownloadReporter,
  open: () => Promise<OpenedModel>,
  wantsChat: boolean,
): Promise<TextReader> {
  const { folder, provide, revision } = await findModel(
    { ...spec, file: "config.json" },
    namedIn,
    downloads,
  );
  const optional = [...TEXT_TOKEN_FILES, ...(wantsChat ? [CHAT_TEMPLATE_FILE] : [])];
  for (const name of optional) {
    await provide(join(folder, name)).catch((error) => {
      if (!(error instanceof ConfigValueError)) throw error;
    });
  }
  const { is_encoder_decoder, vocab_size } = await readJson(join(folder, "config.json"));
  const isOnHub = revision !== null;
  if (is_encoder_decoder !== true || !isOnHub) return await textReaderOf(await open(), wantsChat);
  const size = typeof vocab_size === "number" ? vocab_size : Infinity;
  const tokenizer = await readTokenizer(folder, { rows: size, words: size });
  return {
    folder,
    tokenizer,
    card: await readEncoderDecoderCard(folder),
    tokens: await readTextTokens(folder, tokenizer, true),
    chat: wantsChat ? await chatOf(folder) : undefined,
  };
}

/** What the reading of texts takes of an opened model. */
type OpenedModel = Pick<OpenModel, "folder" | "tokenizer" | "card" | "decoder" | "facts">;

/** What the texts of an opened model are read with: the graph of an encoder-decoder shows more than the files beside it. */
export async function textReaderOf(
  { folder, tokenizer, card, decoder, facts }: OpenedModel,
  wantsChat: boolean,
): Promise<TextReader> {
  const isEncoderDecoder = decoder !== undefined;
  return {
    folder,
    tokenizer,
    card: isEncoderDecoder ? { ...card, kind: "encoder-decoder", target: facts.decoder?.target } : card,
    tokens: await readTextTokens(folder, tokenizer, isEncoderDecoder),
    chat: wantsChat ? await chatOf(folder) : undefined,
  };
}

/** @throws {ConfigValueError} where the model has no chat template */
async function chatOf(folder: string): Promise<ChatTemplate> {
  try {
    return await readChatTemplate(folder);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new ConfigValueError([{ path: ["prompt", "template"], message: error.forms }]);
  }
}
