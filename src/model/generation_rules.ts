import { join } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { readJson } from "../disk/read_json.ts";

/** The file with a model's wishes for generating. */
export const GENERATION_CONFIG = "generation_config.json";

/** What a model's files ask of generating, beside the tokens that texts begin and end with. */
export interface GenerationRules {
  /** The token that comes first (`forced_bos_token_id`). */
  readonly forcedFirstId: number | undefined;
  /** The tokens of which one comes where a text reaches its largest length (`forced_eos_token_id`). */
  readonly forcedLastIds: readonly number[] | undefined;
  /** What else they ask for, by key. */
  readonly others: Readonly<Record<string, unknown>>;
}

/**
 * What changes the texts of transformers' `generate` and is not done here, with the values that ask for nothing; `null` asks for nothing,
 * too. The number of beams, the lengths and what is returned are not among them: the experiment chooses these.
 */
const NOT_DONE: Readonly<Record<string, readonly unknown[]>> = {
  do_sample: [false],
  min_length: [0],
  min_new_tokens: [0],
  no_repeat_ngram_size: [0],
  encoder_no_repeat_ngram_size: [0],
  repetition_penalty: [1],
  encoder_repetition_penalty: [1],
  diversity_penalty: [0],
  num_beam_groups: [1],
  length_penalty: [1],
  early_stopping: [false],
  penalty_alpha: [0],
  guidance_scale: [1],
  exponential_decay_length_penalty: [],
  suppress_tokens: [],
  begin_suppress_tokens: [],
  bad_words_ids: [],
  force_words_ids: [],
  constraints: [],
  sequence_bias: [],
  forced_decoder_ids: [],
  remove_invalid_values: [false],
};

/** Those of them that change beam search alone. */
const OF_BEAMS = ["length_penalty", "early_stopping", "diversity_penalty", "num_beam_groups"];

/**
 * Reads them from `generation_config.json`; where there is none, from `config.json`, as transformers does.
 *
 * @throws {InputError} where the file is not a JSON object
 */
export async function readGenerationRules(folder: string): Promise<GenerationRules> {
  const others = await readJson(join(folder, GENERATION_CONFIG)).catch(async (error) => {
    if (isAbsent(error)) return await readJson(join(folder, "config.json"));
    throw error;
  });
  const [forcedFirstId] = idsOf(others.forced_bos_token_id) ?? [];
  return { forcedFirstId, forcedLastIds: idsOf(others.forced_eos_token_id), others };
}

/**
 * What the files ask for and is not done, as `key: value`.
 *
 * @param beams the number of beams: some of it matters to beam search alone
 */
export function ignoredRules({ others }: GenerationRules, beams: number): string[] {
  const ignored = Object.entries(NOT_DONE).filter(([key, neutral]) => {
    const asked = others[key];
    if (asked === undefined || asked === null || neutral.includes(asked)) return false;
    if (Array.isArray(asked) && asked.length === 0) return false;
    return beams > 1 || !OF_BEAMS.includes(key);
  });
  return ignored.map(([key]) => `${key}: ${JSON.stringify(others[key])}`);
}

/** The content of a file without what it asks for and is not done, and without its number of beams. */
export function withoutIgnoredRules(content: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(content).filter(([key]) => !Object.hasOwn(NOT_DONE, key) && key !== "num_beams"),
  );
}

/** A token id, or several. */
function idsOf(asked: unknown): readonly number[] | undefined {
  const ids = [asked].flat().filter((id) => typeof id === "number");
  return ids.length > 0 ? ids : undefined;
}
