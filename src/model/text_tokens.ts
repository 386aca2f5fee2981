import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
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
 * @throws {InputError} where a file is not a JSON object, names something that is no token of the model, or an encoder-decoder has no first
 *   token
 */
export async function readTextTokens(
  folder: string,
  tokenizer: Tokenizer,
  isEncoderDecoder: boolean,
): Promise<TextTokens> {
  const idsOf = async (key: string) => {
    for (const name of TEXT_TOKEN_FILES.toReversed()) {
      const { [key]: value } = await readTokenizerConfig(folder, [name]);
      if (value === undefined) continue;
      const ids = [value].flat();
      if (ids.every((id) => Number.isInteger(id))) return { path: join(folder, name), ids: ids.filter(isId) };
      throw new InputError(
        message`${join(folder, name)}: '${key}' must be a token id, or a list of them (${
          ofFile(JSON.stringify(value))
        })`,
      );
    }
    return { path: join(folder, "config.json"), ids: [] };
  };
  const { eos_token } = await readTokenizerConfig(folder, [
    "special_tokens_map.json",
    "tokenizer_config.json",
  ]);
  const { ids: listed } = await idsOf("eos_token_id");
  const named = tokenizer.idOf(contentOf(eos_token));
  const [end] = [...(named === undefined ? [] : [named]), ...listed];
  const ends = [...new Set([...(end === undefined ? [] : [end]), ...listed])];
  if (!isEncoderDecoder) return { start: undefined, end, ends };
  const { rows } = tokenizer.model;
  for (const key of ["decoder_start_token_id", "bos_token_id"]) {
    const { path, ids: [start, other] } = await idsOf(key);
    if (start === undefined) continue;
    if (other !== undefined) throw new InputError(`${path}: '${key}' must be one token id`);
    if (start < rows) return { start, end, ends };
    throw new InputError(`${path}: '${key}' is ${start}, and the model has ${rows} tokens, from 0`);
  }
  throw new InputError(
    `${
      join(folder, "config.json")
    }: there is no 'decoder_start_token_id', so it is not known what the decoder reads first: add it, as the model's authors name it`,
  );
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
