import type { Tensor } from "../device/device.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { EmbeddingSpace } from "./embedding_space.ts";

/** A vector of the prompt, and the vocabulary around it. */
export interface Neighbourhood {
  readonly vector: number;
  /** The token that the vector started as, where it started as one. */
  readonly initial_token?: string;
  /** The nearest tokens by cosine, the nearest first. */
  readonly nearest: readonly { readonly token: string; readonly cosine: number }[];
}

/**
 * Finds the vocabulary tokens nearest to each vector of a prompt, in the space that the vectors live in.
 *
 * @param prompt float32 [length, dimension]
 * @param origins the tokens or words that the vectors started as, where they started as such
 */
export async function neighbours(
  prompt: Tensor,
  space: EmbeddingSpace,
  tokenizer: Tokenizer,
  origins: readonly (string | undefined)[],
  count = 5,
): Promise<Neighbourhood[]> {
  const ids = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => !tokenizer.isSpecial(id));
  const tokens = unitRows(await space.vectors(ids)), vectors = unitRows(prompt);
  return vectors.map((vector, i) => ({
    vector: i,
    ...(origins[i] !== undefined && { initial_token: origins[i] }),
    nearest: tokens
      .map((token, at) => ({ at, cosine: dot(vector, token) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, count)
      .map(({ at, cosine }) => ({ token: tokenizer.tokenOf(ids[at]!), cosine })),
  }));
}

/** The rows of a matrix, each divided by its norm. */
function unitRows({ data, dims: [rows, columns] }: Tensor): Float32Array[] {
  return Array.from({ length: rows! }, (_, row) => {
    const vector = (data as Float32Array).slice(row * columns!, (row + 1) * columns!);
    const norm = Math.sqrt(dot(vector, vector)) || 1;
    return vector.map((x) => x / norm);
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
