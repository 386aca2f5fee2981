import { join } from "@std/path";
import { InputError } from "../experiment/errors.ts";

/** What a model's `config.json` says that prompts depend on. */
export interface ModelCard {
  /** `bert`, say. */
  readonly modelType: string;
  /** Whether it fills in masks (BERT) or goes on with a text (GPT). */
  readonly kind: "masked" | "causal";
  /** How many positions the model has, where it says so. */
  readonly positions: number | undefined;
}

/** How the hub names the architectures that go on with a text. */
const CAUSAL = /ForCausalLM|LMHeadModel/;

/**
 * Reads `config.json`.
 *
 * @throws {InputError} where it is no JSON
 */
export async function readCard(folder: string): Promise<ModelCard> {
  const config = await readJson(join(folder, "config.json"));
  const positions = config.max_position_embeddings ?? config.n_positions;
  return {
    modelType: String(config.model_type ?? "unknown"),
    kind: CAUSAL.test(String(config.architectures)) ? "causal" : "masked",
    positions: typeof positions === "number" ? positions : undefined,
  };
}

/**
 * Reads a JSON object from a file.
 *
 * @throws {InputError} naming the file, where it holds something else
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
