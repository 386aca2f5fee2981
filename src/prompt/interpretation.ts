import type { Tensor } from "../device/device.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { EmbeddingSpace } from "./embedding_space.ts";
import type { InitialPrompt } from "./initialization.ts";
import type { Verbalizer } from "./verbalizer.ts";
import { float32Data } from "../device/tensor_data.ts";

/** A vector of the prompt, its nearest tokens, and its movement in tuning. */
export interface Neighbourhood {
  readonly vector: number;
  /** The token that the vector was initialized from, if any. */
  readonly initial_token?: string;
  /** The nearest tokens by cosine, the nearest first. */
  readonly nearest: readonly { readonly token: string; readonly cosine: number }[];
  /** The distance from its initial value, and the cosine between initial and final value. */
  readonly movement: { readonly distance: number; readonly cosine: number };
}

/** The interpretation of a prompt's vectors by their nearest tokens (Lester et al. 2021, §7): `neighbours.json`. */
export interface PromptInterpretation {
  readonly vectors: readonly Neighbourhood[];
  /** Vectors that share their nearest token: the prompt may be longer than necessary. */
  readonly duplicates: readonly { readonly token: string; readonly vectors: readonly number[] }[];
  /** The verbalizer's one-token words, and the vectors near which they are found. */
  readonly label_words: readonly {
    readonly class: string;
    readonly token: string;
    readonly vectors: readonly number[];
  }[];
}

/** Hears how many of the vocabulary's tokens have been compared with a prompt's vectors. */
export type OnCompared = (done: number, total: number) => void;

/** The number of nearest tokens listed per vector. */
const NEAREST = 5;

/**
 * Interprets a prompt's vectors in the space of the model's embeddings: the nearest tokens of the vocabulary by cosine, special
 * ones excluded.
 *
 * @param prompt float32 [length, dimension]
 * @param start the initial vectors
 * @param onCompared hears how far it has come
 */
export async function interpretPrompt(
  prompt: Tensor,
  start: InitialPrompt,
  space: EmbeddingSpace,
  tokenizer: Tokenizer,
  { classes, tokens: words }: Verbalizer,
  onCompared: OnCompared = () => {},
): Promise<PromptInterpretation> {
  const units = unitRows(prompt);
  const begun = unitRows(start.prompt);
  const ends = rows(prompt);
  const starts = rows(start.prompt);
  const { origins } = start;
  const around = await nearestTokens(units, space, tokenizer, onCompared);
  const vectors = around.map((nearest, i): Neighbourhood => ({
    vector: i,
    ...(origins[i] !== undefined && { initial_token: origins[i] }),
    nearest: nearest.map(({ id, cosine }) => ({ token: tokenizer.tokenOf(id), cosine })),
    movement: { distance: distance(ends[i]!, starts[i]!), cosine: dot(units[i]!, begun[i]!) },
  }));
  const sharing = Map.groupBy(vectors, ({ nearest }) => nearest[0]!.token);
  return {
    vectors,
    duplicates: [...sharing].filter(([, group]) => group.length > 1)
      .map(([token, group]) => ({ token, vectors: group.map(({ vector }) => vector) })),
    label_words: words.flatMap((list, c) =>
      list.filter((word) => word.length === 1).map(([id]) => ({
        class: classes[c]!,
        token: tokenizer.tokenOf(id!),
        vectors: around.flatMap((nearest, i) => nearest.some((one) => one.id === id) ? [i] : []),
      }))
    ),
  };
}

/** A token and its cosine. */
interface Near {
  readonly id: number;
  readonly cosine: number;
}

/**
 * The tokens nearest to each of some unit vectors, the nearest first, the first of equals first; special tokens are excluded.
 * One pass over the vocabulary, block by block.
 */
async function nearestTokens(
  units: readonly Float32Array[],
  space: EmbeddingSpace,
  tokenizer: Tokenizer,
  onCompared: OnCompared,
): Promise<Near[][]> {
  const size = Math.min(tokenizer.size, space.rows);
  const { dimension } = space;
  const ids = Array.from({ length: size }, (_, id) => id).filter((id) => !tokenizer.isSpecial(id));
  const around: Near[][] = units.map(() => []);
  const cosines = new Float64Array(units.length);
  let compared = 0;
  for await (const block of space.blocks(ids)) {
    for (const [at, id] of block.ids.entries()) {
      const token = unitOf(block.vectors.subarray(at * dimension, (at + 1) * dimension));
      multiply(units, token, cosines);
      for (let i = 0; i < cosines.length; i++) insert(around[i]!, id, cosines[i]!);
    }
    onCompared(compared += block.ids.length, ids.length);
  }
  return around;
}

/** Inserts a token into the nearest ones, if it is near enough. */
function insert(nearest: Near[], id: number, cosine: number): void {
  if (nearest.length === NEAREST && cosine <= nearest[NEAREST - 1]!.cosine) return;
  const place = nearest.findIndex((one) => one.cosine < cosine);
  nearest.splice(place < 0 ? nearest.length : place, 0, { id, cosine });
  if (nearest.length > NEAREST) nearest.pop();
}

function rows(tensor: Tensor): Float32Array[] {
  const { dims: [count, columns] } = tensor;
  const data = float32Data(tensor);
  return Array.from(
    { length: count! },
    (_, row) => data.slice(row * columns!, (row + 1) * columns!),
  );
}

/** The rows of a matrix, each divided by its norm. */
function unitRows(matrix: Tensor): Float32Array[] {
  return rows(matrix).map(unitOf);
}

/** A vector divided by its norm. */
function unitOf(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(dot(vector, vector)) || 1;
  const unit = new Float32Array(vector.length);
  for (let i = 0; i < unit.length; i++) unit[i] = vector[i]! / norm;
  return unit;
}

/**
 * The dot products of some vectors with another. Each addition depends on the one before it: four independent sums
 * take little longer than one.
 */
function multiply(vectors: readonly Float32Array[], by: Float32Array, products: Float64Array): void {
  const fours = vectors.length - vectors.length % 4;
  for (let v = 0; v < fours; v += 4) {
    const a = vectors[v]!;
    const b = vectors[v + 1]!;
    const c = vectors[v + 2]!;
    const d = vectors[v + 3]!;
    let inA = 0;
    let inB = 0;
    let inC = 0;
    let inD = 0;
    for (let i = 0; i < by.length; i++) {
      const x = by[i]!;
      inA += a[i]! * x;
      inB += b[i]! * x;
      inC += c[i]! * x;
      inD += d[i]! * x;
    }
    products[v] = inA;
    products[v + 1] = inB;
    products[v + 2] = inC;
    products[v + 3] = inD;
  }
  for (let v = fours; v < vectors.length; v++) products[v] = dot(vectors[v]!, by);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0));
}
