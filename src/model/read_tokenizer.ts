import { join } from "@std/path";
import { readJson } from "./read_json.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Reads `tokenizer.json` and `tokenizer_config.json` of a model's folder.
 *
 * @throws {InputError} where they are no JSON
 */
export async function readTokenizer(folder: string): Promise<Tokenizer> {
  const model = await readJson(join(folder, "tokenizer.json"));
  return Tokenizer.of(model, await readJson(join(folder, "tokenizer_config.json")));
}
