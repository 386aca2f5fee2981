import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { readJson } from "../disk/read_json.ts";

/** The file with a model's wishes for generating. */
export const GENERATION_CONFIG = "generation_config.json";

/** What a model's files ask of generating, beside the tokens that texts begin and end with. Each key is followed as in transformers. */
export interface GenerationRules {
  /** The token that comes first (`forced_bos_token_id`). */
  readonly forcedFirstId: number | undefined;
  /** The tokens of which one comes where a text reaches its largest length (`forced_eos_token_id`). */
  readonly forcedLastIds: readonly number[] | undefined;
  /** `repetition_penalty`. */
  readonly repetitionPenalty: number | undefined;
  /** `no_repeat_ngram_size`. */
  readonly noRepeatNgramSize: number | undefined;
  /** `bad_words_ids`. */
  readonly badWords: readonly (readonly number[])[] | undefined;
  /** `min_length`: of what is read and what is written, of an encoder-decoder by its decoder. */
  readonly minLength: number | undefined;
  /** `min_new_tokens`, which counts in its place. */
  readonly minNewTokens: number | undefined;
  /** `suppress_tokens`. */
  readonly suppressed: readonly number[] | undefined;
  /** `begin_suppress_tokens`. */
  readonly suppressedFirst: readonly number[] | undefined;
  /** `length_penalty`. */
  readonly lengthPenalty: number;
  /** `early_stopping`. */
  readonly earlyStopping: boolean | "never";
  /** What is asked for and changes nothing, as `key: value`: the experiment chooses how tokens are, and prompts have no ids. */
  readonly ignored: readonly string[];
}

/** What changes nothing, with the values that ask for nothing; `null` asks for nothing, too. */
const IGNORED: Asked = {
  do_sample: [false],
  encoder_no_repeat_ngram_size: [0],
  encoder_repetition_penalty: [1],
};

/**
 * What would change the texts and is not done. The number of beams, the lengths and what is returned are not among them: the experiment
 * chooses these.
 */
const REFUSED: Asked = {
  diversity_penalty: [0],
  num_beam_groups: [1],
  penalty_alpha: [0],
  guidance_scale: [1],
  exponential_decay_length_penalty: [],
  force_words_ids: [],
  constraints: [],
  sequence_bias: [],
  forced_decoder_ids: [],
  stop_strings: [],
  token_healing: [false],
  watermarking_config: [],
  dola_layers: [],
};

/** Keys with the values that ask for nothing. */
type Asked = Readonly<Record<string, readonly unknown[]>>;

/**
 * Reads them from `generation_config.json`; where there is none, from `config.json`, as transformers does.
 *
 * @param rows the number of tokens that the model can read, if known
 * @throws {InputError} where the file is not a JSON object, a value is not what its key takes, or something is asked for that is not done
 */
export async function readGenerationRules(folder: string, rows = Infinity): Promise<GenerationRules> {
  const { path, content } = await readRules(folder);
  const [refused] = askedOf(content, REFUSED);
  if (refused !== undefined) {
    throw new InputError(
      message`${path}: '${refused}' (${
        ofFile(JSON.stringify(content[refused]))
      }) is asked for and not done, and other texts would be written without it: remove it to go without`,
    );
  }
  const read = <Value>(key: string, is: (value: unknown) => value is Value, kind: string) => {
    const value = content[key];
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    throw new InputError(message`${path}: '${key}' must be ${kind} (${ofFile(JSON.stringify(value))})`);
  };
  const ids = (key: string) => {
    const value = read(key, isIdOrIds, "a token id, or a list of them");
    const list = value === undefined ? [] : [value].flat();
    return list.length > 0 ? list : undefined;
  };
  const forced = (key: string) => {
    const list = ids(key);
    const unknown = list?.find((id) => id >= rows);
    if (unknown === undefined) return list;
    throw new InputError(message`${path}: '${key}' is ${unknown}, and the model has ${rows} tokens, from 0`);
  };
  const count = (key: string) => read(key, isId, "a whole number from 0");
  const [forcedFirstId] = forced("forced_bos_token_id") ?? [];
  return {
    forcedFirstId,
    forcedLastIds: forced("forced_eos_token_id"),
    repetitionPenalty: read("repetition_penalty", isPositive, "a number above 0"),
    noRepeatNgramSize: count("no_repeat_ngram_size"),
    badWords: read("bad_words_ids", isListOfIds, "a list of lists of token ids"),
    minLength: count("min_length"),
    minNewTokens: count("min_new_tokens"),
    suppressed: ids("suppress_tokens"),
    suppressedFirst: ids("begin_suppress_tokens"),
    lengthPenalty: read("length_penalty", isNumber, "a number") ?? 1,
    earlyStopping: read("early_stopping", isStopping, "true, false or never") ?? false,
    ignored: askedOf(content, IGNORED).map((key) => `${key}: ${JSON.stringify(content[key])}`),
  };
}

/** The content of a file without what it asks for and is not done, and without its number of beams. */
export function withoutIgnoredRules(content: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const left = [...Object.keys(IGNORED), ...Object.keys(REFUSED), "num_beams"];
  return Object.fromEntries(Object.entries(content).filter(([key]) => !left.includes(key)));
}

/** The file that rules are in, and its content. */
async function readRules(
  folder: string,
): Promise<{ readonly path: string; readonly content: Readonly<Record<string, unknown>> }> {
  const [own, general] = [join(folder, GENERATION_CONFIG), join(folder, "config.json")];
  try {
    return { path: own, content: await readJson(own) };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return { path: general, content: await readJson(general) };
  }
}

/** Those of some keys by which a file asks for something. */
function askedOf(content: Readonly<Record<string, unknown>>, keys: Asked): string[] {
  return Object.entries(keys).filter(([key, neutral]) => {
    const asked = content[key];
    if (asked === undefined || asked === null || neutral.includes(asked)) return false;
    return !Array.isArray(asked) || asked.length > 0;
  }).map(([key]) => key);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isPositive(value: unknown): value is number {
  return isNumber(value) && value > 0;
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isId);
}

function isIdOrIds(value: unknown): value is number | number[] {
  return isId(value) || isIds(value);
}

function isListOfIds(value: unknown): value is number[][] {
  return Array.isArray(value) && value.every((one) => isIds(one) && one.length > 0);
}

function isStopping(value: unknown): value is boolean | "never" {
  return typeof value === "boolean" || value === "never";
}
