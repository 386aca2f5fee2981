import { float32Tensor, type Tensor } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import type { RandomStream } from "../base/random_stream.ts";
import type { Initialization } from "../experiment/types.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { EmbeddingSpace } from "./embedding_space.ts";
import { float32Data } from "../device/tensor_data.ts";

/** A prompt before its first step. */
export interface InitialPrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** The token or word that each vector comes from, if any. */
  readonly origins: readonly (string | undefined)[];
  /** Warnings about it, one line each. */
  readonly warnings: readonly string[];
}

/** The sources of initial vectors. */
export interface Sources {
  readonly space: EmbeddingSpace;
  readonly tokenizer: Tokenizer;
  readonly trainingTexts: readonly string[];
  /** The verbalizer's words, class by class. */
  readonly labelWords: readonly string[];
  /** The vectors of another prompt, for `run` and `peft`: float32 [length, dimension]. */
  readonly given?: Tensor | undefined;
  readonly stream: RandomStream;
}

/** The number of most frequent tokens from which a prompt is filled up (Lester et al. 2021). */
const FILLED_FROM = 5000;

/**
 * Initializes a prompt's vectors.
 *
 * - `random`: each number uniform in ±range (Lester et al. 2021: ±0.5).
 * - `vocabulary`: the vectors of tokens sampled without replacement from the `top` most frequent ones (Lester et al. 2021:
 *   the 5,000 most common). Frequencies are counted in the experiment's training texts; tokens that do not occur
 *   there follow in the order of the vocabulary, which tokenizers fill by frequency. Special tokens are excluded. A token's
 *   vector is the embedding layer's output for it alone.
 * - `labels`: a vector for each word of the verbalizer, class by class; a word of several tokens is their mean (Lester et
 *   al. 2021, §3.2.2).
 * - `text`: a vector for each token of a text; `as: peft`, as PEFT's `prompt_tuning_init_text`, for each token with the special
 *   ones around the text, repeated until the prompt is full.
 * - `run`, `peft`: another prompt's vectors.
 *
 * With `labels`, `text` and `run`, surplus vectors are dropped at the end, and missing ones are filled up from the vocabulary, both with
 * a warning.
 *
 * @throws {InputError} where the vocabulary has fewer tokens than the prompt needs, or the given vectors have a different size
 */
export async function initialPrompt(
  how: Initialization,
  length: number,
  sources: Sources,
): Promise<InitialPrompt> {
  const { space, stream, tokenizer } = sources;
  switch (how.from) {
    case "random": {
      const numbers = Float32Array.from(
        { length: length * space.dimension },
        () => stream.uniform(-how.range, how.range),
      );
      return begun(numbers, Array.from({ length }, () => undefined), space.dimension);
    }
    case "vocabulary":
      return await sampled(length, how.top, [], sources);
    case "labels":
      return await fittingText(await embeddedWords(sources), length, "the verbalizer has", "words", sources);
    case "text": {
      const ids = how.as === "peft"
        ? repeatedTokens(how.text, length, tokenizer)
        : tokenizer.encode(how.text);
      const data = float32Data(await space.vectors(ids));
      const start = begun(data, ids.map((id) => tokenizer.tokenOf(id)), space.dimension);
      return await fittingText(start, length, "the text has", "tokens", sources);
    }
    case "run":
    case "peft": {
      if (sources.given === undefined) throw new Error(`the prompt in ${how.path} has not been read`);
      const { dims: [vectors, size] } = sources.given;
      if (size !== space.dimension) {
        throw new InputError(
          `the prompt in ${how.path} has vectors of ${size} numbers, but the model's embeddings have ${space.dimension}: it is for another model`,
        );
      }
      const start = begun(
        float32Data(sources.given),
        Array.from({ length: vectors! }, () => undefined),
        size,
      );
      return await fittingText(start, length, `the prompt in ${how.path} has`, "vectors", sources);
    }
  }
}

function begun(data: Float32Array, origins: (string | undefined)[], dimension: number): InitialPrompt {
  return { prompt: float32Tensor(data, [origins.length, dimension]), origins, warnings: [] };
}

/**
 * The ids that PEFT initializes a prompt from: a text's, with its special tokens, repeated until the prompt is full.
 *
 * @throws {InputError} where the text has no tokens
 */
function repeatedTokens(text: string, length: number, tokenizer: Tokenizer): number[] {
  const ids = [...tokenizer.prefix, ...tokenizer.encode(text), ...tokenizer.suffix];
  if (ids.length === 0) throw new InputError(`the text ${JSON.stringify(text)} has no tokens to repeat`);
  return Array.from({ length }, (_, i) => ids[i % ids.length]!);
}

/** One vector for each word of the verbalizer. */
async function embeddedWords({ labelWords, tokenizer, space }: Sources): Promise<InitialPrompt> {
  const words = labelWords.map((word) => tokenizer.encode(word));
  const { dimension } = space;
  const data = float32Data(await space.vectors(words.flat()));
  const numbers = new Float32Array(words.length * dimension);
  let at = 0;
  for (const [w, ids] of words.entries()) {
    for (let i = 0; i < ids.length; i++, at++) {
      for (let d = 0; d < dimension; d++) {
        numbers[w * dimension + d]! += Number(data[at * dimension + d]) / ids.length;
      }
    }
  }
  return begun(numbers, [...labelWords], dimension);
}

/** Truncates or fills up vectors to the prompt's length. */
async function fittingText(
  start: InitialPrompt,
  length: number,
  what: string,
  things: string,
  sources: Sources,
): Promise<InitialPrompt> {
  const { prompt, origins } = start;
  const data = float32Data(prompt);
  const { dimension } = sources.space;
  const have = origins.length;
  if (have === length) return start;
  if (have > length) {
    const warning = `${what} ${have} ${things}, but the prompt has ${length} vectors: the last ${
      have - length
    } are dropped`;
    const shortened = begun(
      data.slice(0, length * dimension),
      origins.slice(0, length),
      dimension,
    );
    return { ...shortened, warnings: [warning] };
  }
  const rest = await sampled(length - have, FILLED_FROM, origins, sources);
  const numbers = new Float32Array(length * dimension);
  numbers.set(data);
  numbers.set(float32Data(rest.prompt), have * dimension);
  const warning = `${what} ${have} ${things}, but the prompt has ${length} vectors: the last ${
    length - have
  } are sampled from the vocabulary`;
  return { ...begun(numbers, [...origins, ...rest.origins], dimension), warnings: [warning] };
}

/** @param used tokens that are in the prompt already */
async function sampled(
  length: number,
  top: number,
  used: readonly (string | undefined)[],
  { tokenizer, trainingTexts, space, stream }: Sources,
): Promise<InitialPrompt> {
  const candidates = mostFrequentTokens(tokenizer, trainingTexts, top, space.rows)
    .filter((id) => !used.includes(tokenizer.tokenOf(id)));
  if (candidates.length < length) {
    throw new InputError(
      `'prompt.length: ${length}' is more than the ${candidates.length} tokens that 'initialization.top' allows`,
    );
  }
  const tokens = stream.shuffled(candidates).slice(0, length);
  const data = float32Data(await space.vectors(tokens));
  return begun(data, tokens.map((id) => tokenizer.tokenOf(id)), space.dimension);
}

/**
 * The `top` most frequent tokens of some texts, the most frequent first; equally frequent ones in the vocabulary's order.
 * Special tokens, and those without a row in the model, are excluded.
 *
 * @param rows the number of rows of the model's word embeddings
 */
export function mostFrequentTokens(
  tokenizer: Tokenizer,
  texts: readonly string[],
  top: number,
  rows: number,
): number[] {
  const counts = new Float64Array(Math.min(tokenizer.size, rows));
  for (const text of texts) {
    for (const id of tokenizer.encode(text)) if (id < counts.length) counts[id]!++;
  }
  return Array.from(counts.keys())
    .filter((id) => !tokenizer.isSpecial(id))
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, top);
}
