import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { readJson } from "../disk/read_json.ts";
import { byt5Json, isByT5 } from "./byt5.ts";
import type { Json } from "./special_tokens.ts";
import { type ModelVocabulary, Tokenizer } from "./tokenizer.ts";

/** The file that says of which kind a tokenizer is. */
export const TOKENIZER_CONFIG = "tokenizer_config.json";

/** Files next to `tokenizer.json` that may name special tokens; later ones take precedence. */
const NAMING = ["config.json", "special_tokens_map.json", TOKENIZER_CONFIG];

/**
 * Reads a tokenizer from a model's folder.
 *
 * @param model the number of ids that the model knows, if known
 * @throws {InputError} where its files are not JSON, or need something that the library lacks
 */
export async function readTokenizer(folder: string, model?: ModelVocabulary): Promise<Tokenizer> {
  return Tokenizer.of(await readTokenizerJson(folder), await readTokenizerConfig(folder), model);
}

/**
 * Reads `tokenizer.json`; where there is none, as ByT5 has none, it is made of `tokenizer_config.json`.
 *
 * @throws {InputError} where it is missing, or not a JSON object
 */
export async function readTokenizerJson(folder: string): Promise<Json> {
  const path = join(folder, "tokenizer.json");
  const json = await readIfThere(path);
  if (json !== undefined) return json;
  const config = await readIfThere(join(folder, TOKENIZER_CONFIG));
  if (config !== undefined && isByT5(config)) return byt5Json(config);
  throw new InputError(`there is no ${path}`);
}

/**
 * The content of the files next to `tokenizer.json`, merged; missing ones are skipped.
 *
 * @throws {InputError} where one is not a JSON object
 */
export async function readTokenizerConfig(folder: string, names: readonly string[] = NAMING): Promise<Json> {
  const files = await allDone(names.map((name) => readIfThere(join(folder, name))));
  const entries = files.flatMap((file) => Object.entries(file ?? {}));
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

async function readIfThere(path: string): Promise<Json | undefined> {
  try {
    return await readJson(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
