import { float32Tensor, type Tensor } from "../device/device.ts";
import { InputError } from "../experiment/errors.ts";
import type { RandomStream } from "../experiment/random_stream.ts";
import type { Initialization } from "../experiment/types.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { EmbeddingSpace } from "./embedding_space.ts";

/** A prompt before its first step. */
export interface InitialPrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** The tokens that the vectors were taken from, for `vocabulary`. */
  readonly tokens?: readonly number[];
}

/**
 * Makes the vectors that tuning starts from.
 *
 * - `random`: each number uniform in ±range (Lester et al. 2021: ±0.5).
 * - `vocabulary`: the vectors of tokens sampled without replacement from the `top` most frequent ones (Lester et al. 2021:
 *   the 5,000 most common). How frequent a token is, is counted in the experiment's training texts; tokens that do not occur
 *   there follow in the vocabulary's order, which tokenizers fill by frequency. Special tokens are left out. A token's
 *   vector is what the embedding layer gives for it alone.
 *
 * @throws {InputError} where the vocabulary has fewer tokens than the prompt needs
 */
export async function initialPrompt(
  how: Exclude<Initialization, { from: "peft" }>,
  length: number,
  space: EmbeddingSpace,
  tokenizer: Tokenizer,
  trainingTexts: readonly string[],
  stream: RandomStream,
): Promise<InitialPrompt> {
  if (how.from === "random") {
    const numbers = Float32Array.from(
      { length: length * space.dimension },
      () => stream.uniform(-how.range, how.range),
    );
    return { prompt: float32Tensor(numbers, [length, space.dimension]) };
  }
  const candidates = mostFrequentTokens(tokenizer, trainingTexts, how.top);
  if (candidates.length < length) {
    throw new InputError(
      `'prompt.length: ${length}' is more than the ${candidates.length} tokens that 'initialization.top' allows`,
    );
  }
  const tokens = stream.shuffled(candidates).slice(0, length);
  return { prompt: await space.vectors(tokens), tokens };
}

/** The `top` most frequent tokens of some texts, the most frequent first; equally frequent ones in the vocabulary's order. */
export function mostFrequentTokens(tokenizer: Tokenizer, texts: readonly string[], top: number): number[] {
  const counts = new Map<number, number>();
  for (let id = 0; id < tokenizer.size; id++) if (!tokenizer.isSpecial(id)) counts.set(id, 0);
  for (const text of texts) {
    for (const id of tokenizer.encode(text)) if (counts.has(id)) counts.set(id, counts.get(id)! + 1);
  }
  return [...counts].sort(([idA, a], [idB, b]) => b - a || idA - idB).slice(0, top).map(([id]) => id);
}
