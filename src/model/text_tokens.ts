import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { readTokenizerConfig } from "./read_tokenizer.ts";
import { contentOf } from "./special_tokens.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The tokens at which answers begin and end. */
export interface TextTokens {
  /** The token that an encoder-decoder's decoder reads first. */
  readonly start: number | undefined;
  /** The token that ends an answer; `undefined`: the model has none. */
  readonly end: number | undefined;
  /** All tokens at which generating ends, `end` among them. */
  readonly ends: readonly number[];
}

/** The files that may name them; later ones take precedence, as transformers has it for generation. */
export const TEXT_TOKEN_FILES: readonly string[] = ["config.json", "generation_config.json"];

/**
 * The tokens at which a model's answers begin and end. The first is `decoder_start_token_id`, else `bos_token_id`, of
 * `generation_config.json` or `config.json`, as in transformers' `generate`; the last is the tokenizer's `eos_token`, else the first
 * `eos_token_id`.
 *
 * @throws {InputError} where a file is not a JSON object, or an encoder-decoder has no first token
 */
export async function readTextTokens(
  folder: string,
  tokenizer: Tokenizer,
  isEncoderDecoder: boolean,
): Promise<TextTokens> {
  const config = await readTokenizerConfig(folder, TEXT_TOKEN_FILES);
  const { eos_token } = await readTokenizerConfig(folder, [
    "special_tokens_map.json",
    "tokenizer_config.json",
  ]);
  const listed = [config.eos_token_id].flat().filter(isId);
  const named = tokenizer.idOf(contentOf(eos_token));
  const [end] = [...(named === undefined ? [] : [named]), ...listed];
  const ends = [...new Set([...(end === undefined ? [] : [end]), ...listed])];
  if (!isEncoderDecoder) return { start: undefined, end, ends };
  const start = [config.decoder_start_token_id, config.bos_token_id].find(isId);
  if (start !== undefined) return { start, end, ends };
  throw new InputError(
    `${
      join(folder, "config.json")
    }: there is no 'decoder_start_token_id', so it is not known what the decoder reads first: add it, as the model's authors name it`,
  );
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
