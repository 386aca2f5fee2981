import { join } from "@std/path";
import { decodeText, SAVE_AS_UTF8 } from "../experiment/decode_text.ts";
import { InputError } from "../experiment/errors.ts";

/** What a model's `config.json` says that prompts depend on. */
export interface ModelCard {
  /** Whether it fills in masks (BERT) or goes on with a text (GPT). */
  readonly kind: "masked" | "causal";
  /** How many positions a text can take, where the model says so. */
  readonly positions: number | undefined;
  /** The position of a text's first token: RoBERTa counts from its padding index + 1, OPT from 2. */
  readonly firstPosition: number;
}

/** How the hub names the architectures that go on with a text. */
const CAUSAL = /ForCausalLM|LMHeadModel/;

/** Model types that count positions from behind the padding index, whose table has as many rows more. */
const COUNTED_FROM_PADDING = new Set([
  "roberta",
  "xlm-roberta",
  "camembert",
  "xlm-roberta-xl",
  "mpnet",
  "longformer",
]);

/**
 * Reads `config.json`.
 *
 * @throws {InputError} where it is no JSON
 */
export async function readCard(folder: string): Promise<ModelCard> {
  const config = await readJson(join(folder, "config.json"));
  const type = String(config.model_type), padding = Number(config.pad_token_id ?? 1);
  const firstPosition = COUNTED_FROM_PADDING.has(type) ? padding + 1 : type === "opt" ? 2 : 0;
  const rows = config.max_position_embeddings ?? config.n_positions;
  return {
    kind: CAUSAL.test(String(config.architectures)) ? "causal" : "masked",
    positions: typeof rows === "number"
      ? rows - (COUNTED_FROM_PADDING.has(type) ? firstPosition : 0)
      : undefined,
    firstPosition,
  };
}

/**
 * Reads a JSON object from a file.
 *
 * @throws {InputError} naming the file, where it is no UTF-8 or holds something else
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(decodeText(await Deno.readFile(path), path, SAVE_AS_UTF8));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
