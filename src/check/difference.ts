import type { NumberFormat } from "../compiler/mod.ts";
import { largestOf } from "../evaluation/softmax.ts";
import type { WordTokens } from "../prompt/verbalizer.ts";

/** A compiled graph's answer to a text. */
export interface FoundAnswer {
  /** The logits of all words. */
  readonly words: Float32Array;
  /** The classes' logits. */
  readonly classes: readonly number[];
}

/** How one answer differs from another. */
export interface AnswerDifference {
  /** The largest difference of two logits, relative to the largest logit. */
  readonly relative: number;
  /** Whether both name the same class, or the margin between the two is within the tolerance. */
  readonly sameClass: boolean;
}

/** Probabilities below this are rounded too coarsely to compare their logarithms. */
const LEAST_PROBABILITY = 1e-20;

/** The largest deviation from 1 of a sum of probabilities, also in 16-bit floats. */
const NEAR = 1e-2;

/** The tolerance for a compiled graph's logits, relative to the largest logit. */
export function toleranceFor({ weights }: NumberFormat, precision: "float32" | "float16"): number {
  if (weights === "quantized") return 5e-2;
  return weights === "float16" || precision === "float16" ? 1e-2 : 1e-4;
}

/**
 * Compares a compiled graph's answer with that of the model's own file. A file that ends in a softmax gives
 * probabilities, or their logarithms: these are logits up to a constant that is the same for all words.
 *
 * @param file the file's answer over the whole vocabulary
 */
export function answerDifference(
  file: Float32Array,
  found: FoundAnswer,
  tokens: WordTokens,
  tolerance: number,
): AnswerDifference {
  const { logits, isShifted } = logitsOf(file);
  const scale = largestOf(logits.map(finite).map(Math.abs)) || 1;
  const top = logits.indexOf(largestOf(logits));
  const shift = isShifted ? found.words[top]! - logits[top]! : 0;
  let relative = found.words.length === logits.length ? 0 : NaN;
  for (const [word, logit] of logits.entries()) {
    if (logit !== -Infinity) {
      relative = Math.max(relative, Math.abs(found.words[word]! - shift - logit) / scale);
    }
  }
  const theirs = tokens.map((list) => mean(list.map((word) => mean(word.map((id) => logits[id]!)))));
  for (const [c, logit] of theirs.entries()) {
    if (logit !== -Infinity) {
      relative = Math.max(relative, Math.abs(found.classes[c]! - shift - logit) / scale);
    }
  }
  const [first, second] = theirs.toSorted((a, b) => b - a);
  const isClear = (first! - second!) / scale > tolerance;
  const ours = found.classes.indexOf(largestOf(found.classes));
  return { relative, sameClass: !isClear || ours === theirs.indexOf(first!) };
}

/**
 * The logarithm of a token's probability that the model's own file gives, and the size of its logits.
 *
 * @param file the file's logits, or probabilities, over the whole vocabulary
 */
export function logProbabilityIn(file: Float32Array, token: number): { logprob: number; scale: number } {
  const { logits } = logitsOf(file);
  const largest = largestOf(logits);
  const total = logits.reduce((sum, one) => sum + Math.exp(one - largest), 0);
  const scale = largestOf(logits.map(finite).map(Math.abs)) || 1;
  return { logprob: logits[token]! - largest - Math.log(total), scale };
}

/** A file's answer as logits; those from probabilities are shifted by a constant. */
function logitsOf(file: Float32Array): { logits: Float32Array; isShifted: boolean } {
  const sum = file.reduce((total, one) => total + one, 0);
  const least = file.reduce((smallest, one) => Math.min(smallest, one), Infinity);
  if (least >= 0 && Math.abs(sum - 1) < NEAR) {
    const logits = file.map((one) => one < LEAST_PROBABILITY ? -Infinity : Math.log(one));
    return { logits, isShifted: true };
  }
  const whole = file.reduce((total, one) => total + Math.exp(one), 0);
  return { logits: file, isShifted: Math.abs(whole - 1) < NEAR };
}

function finite(logit: number): number {
  return logit === -Infinity ? 0 : logit;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
