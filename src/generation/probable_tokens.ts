import type { NextLogits } from "./continuation.ts";

/** A token and its log-probability, in nats. */
export interface ProbableToken {
  readonly id: number;
  /** What it is ranked by: its log-probability, as rules have changed it. */
  readonly score: number;
  readonly logProbability: number;
}

/** The logits of a row, a view. */
export function logitsOf({ data, vocabulary }: NextLogits, row: number): Float32Array {
  return data.subarray(row * vocabulary, (row + 1) * vocabulary);
}

/** The token with the largest logit, the first of equals; `undefined` where some logit is not a number, or none is finite. */
export function mostProbable(logits: Float32Array): number | undefined {
  let best = -1;
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Infinity)) return undefined;
    if (logit > largest) {
      best = id;
      largest = logit;
    }
  }
  return best < 0 ? undefined : best;
}

/** The natural logarithm of a token's probability. */
export function logProbabilityOf(logits: Float32Array, id: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  return logits[id]! - largest - Math.log(total);
}

/**
 * The most probable tokens, the first of equals first; impossible ones are left out.
 *
 * @param adjust changes the log-probabilities [vocabulary] of all tokens, where rules ask for that
 * @returns `undefined` where some logit is not a number, or none is finite
 */
export function mostProbableOf(
  logits: Float32Array,
  count: number,
  adjust?: (logProbabilities: Float32Array) => Float32Array,
): ProbableToken[] | undefined {
  const first = mostProbable(logits);
  if (first === undefined) return undefined;
  const largest = logits[first]!;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  const logTotal = largest + Math.log(total);
  if (adjust === undefined) {
    return largestOf(logits, count).map((id) => probable(id, logits[id]! - logTotal));
  }
  const scores = adjust(logits.map((logit) => logit - logTotal));
  return largestOf(scores, count).map((id) => probable(id, logits[id]! - logTotal, scores[id]!));
}

function probable(id: number, logProbability: number, score: number = logProbability): ProbableToken {
  return { id, score, logProbability };
}

/** The places of the largest of some numbers, the first of equals first; those of minus infinity are left out. */
function largestOf(scores: Float32Array, count: number): number[] {
  const best: number[] = [];
  let least = -Infinity;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!;
    if (score === -Infinity || best.length === count && score <= least) continue;
    let at = best.length === count ? count - 1 : best.length;
    for (; at > 0 && scores[best[at - 1]!]! < score; at--) best[at] = best[at - 1]!;
    best[at] = id;
    least = scores[best.at(-1)!]!;
  }
  return best;
}
