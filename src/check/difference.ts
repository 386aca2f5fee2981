import type { WordTokens } from "../prompt/verbalizer.ts";
import type { NumberFormat } from "../compiler/mod.ts";

/** How one answer differs from another. */
export interface AnswerDifference {
  /** The largest difference of two logits, relative to the largest logit. */
  readonly relative: number;
  /** Whether both name the same class, or the margin between two classes is within what is allowed. */
  readonly sameClass: boolean;
}

/** Words beside the verbalizer's that are compared, evenly spread over the vocabulary, and the file's own most probable ones. */
const SPREAD = 1000, MOST_PROBABLE = 10;

/** Probabilities below this are rounded too coarsely to be told by their logarithms. */
const LEAST_PROBABILITY = 1e-20;

/** How far a compiled graph may be off, relative to the largest logit. */
export function toleranceFor({ weights }: NumberFormat, precision: "float32" | "float16"): number {
  if (weights === "quantized") return 5e-2;
  return weights === "float16" || precision === "float16" ? 1e-2 : 1e-4;
}

/**
 * The words whose logits are compared.
 *
 * @param answers the file's logits over the whole vocabulary, for each text
 * @param tokens the verbalizer's words
 */
export function comparedWords(answers: readonly Float32Array[], tokens: WordTokens): number[] {
  const size = answers[0]!.length, step = Math.max(1, Math.floor(size / SPREAD));
  const spread = Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step);
  return [...new Set([...tokens.flat(2), ...answers.flatMap(mostProbable), ...spread])];
}

/** The words of the largest logits. */
function mostProbable(logits: Float32Array): number[] {
  const best: number[] = [];
  for (const [word, logit] of logits.entries()) {
    const place = best.findIndex((other) => logit > logits[other]!);
    if (place >= 0) best.splice(place, 0, word);
    else best.push(word);
    best.length = Math.min(best.length, MOST_PROBABLE);
  }
  return best;
}

/**
 * Compares the logits that a compiled graph gives with those of the model's own file. Where the file ends in a softmax, its
 * answers are probabilities: their logarithms are logits up to a number that is the same for all words.
 *
 * @param file the file's answer over the whole vocabulary
 * @param found the compiled graph's logits of `words`
 */
export function answerDifference(
  file: Float32Array,
  found: readonly number[],
  words: readonly number[],
  tokens: WordTokens,
  tolerance: number,
): AnswerDifference {
  const isProbability = areProbabilities(file);
  const kept = words.flatMap((word, i) =>
    isProbability && file[word]! < LEAST_PROBABILITY ? [] : [{ word, i }]
  );
  const reference = kept.map(({ word }) => isProbability ? Math.log(file[word]!) : file[word]!);
  const top = isProbability ? reference.indexOf(Math.max(...reference)) : undefined;
  const shift = top === undefined ? 0 : found[kept[top]!.i]! - reference[top]!;
  const scale = largestOf(isProbability ? reference : file);
  const relative = reference.reduce(
    (most, logit, k) => Math.max(most, Math.abs(found[kept[k]!.i]! - shift - logit) / scale),
    0,
  );
  const at = new Map(kept.map(({ word, i }, k) => [word, { reference: reference[k]!, found: found[i]! }]));
  const classes = (side: "reference" | "found") =>
    tokens.map((list) => mean(list.map((word) => mean(word.map((id) => at.get(id)?.[side] ?? -Infinity)))));
  const ours = classes("found"), theirs = classes("reference");
  const [first, second] = theirs.toSorted((a, b) => b - a);
  const isClear = (first! - second!) / scale > tolerance;
  return {
    relative,
    sameClass: !isClear || ours.indexOf(Math.max(...ours)) === theirs.indexOf(first!),
  };
}

function areProbabilities(logits: Float32Array): boolean {
  let sum = 0;
  for (const one of logits) {
    if (one < 0) return false;
    sum += one;
  }
  return Math.abs(sum - 1) < 1e-2;
}

function largestOf(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i]!));
  return most || 1;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
