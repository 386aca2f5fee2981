import { logitsOf, mostProbable } from "../generation/probable_tokens.ts";
import type { TextBatch } from "./begin.ts";
import type { CacheSession, GenerationSessions } from "./generation_sessions.ts";
import { continueWithoutCache } from "./read_again.ts";
import { continueWithCache } from "./with_cache.ts";

/** The number of tokens after which logits are compared. */
export const COMPARED_TOKENS = 2;

/**
 * Compares the logits that a model's own file gives when it continues texts with those that are computed when the texts are read again: a
 * file of another model, one whose positions or mask count otherwise, or one that gives no logits is found by that.
 *
 * @returns the largest difference of two logits, relative to the largest one; NaN where one is not a number
 */
export async function cacheDifference(
  sessions: GenerationSessions,
  cached: CacheSession,
  batch: TextBatch,
): Promise<number> {
  const [first] = batch.texts;
  const last = batch.texts.at(-1);
  if (first === undefined || last === undefined) return 0;
  // Of several lengths, where there are, so that padding matters.
  const few = { ...batch, texts: first === last ? [first] : [first, last] };
  using started = new DisposableStack();
  const own = await continueWithCache(sessions, cached, few);
  started.defer(() => own.free());
  const again = await continueWithoutCache(sessions, few);
  started.defer(() => again.free());
  let { first: logits } = again.continuation;
  let difference = 0;
  for (let token = 0; token < COMPARED_TOKENS; token++) {
    const ids = few.texts.map((_, row) => mostProbable(logitsOf(logits, row)) ?? 0);
    const found = await own.continuation.next(ids);
    logits = await again.continuation.next(ids);
    difference = Math.max(difference, relativeDifference(found.data, logits.data));
  }
  return difference;
}

/** The difference that rounding may make, relative to the largest logit. */
export function cacheTolerance({ cache, numbers: { weights, quantizesActivations } }: CacheSession): number {
  if (quantizesActivations) return 0.25;
  if (weights === "quantized") return 0.1;
  const isHalf = weights === "float16" || cache.states.some(({ type }) => type !== "float32");
  return isHalf ? 2e-2 : 1e-3;
}

function relativeDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return NaN;
  let [largest, difference] = [0, 0];
  for (const [i, logit] of expected.entries()) {
    // Words that can never come have a logit of minus infinity.
    if (logit === found[i]) continue;
    difference = Math.max(difference, Math.abs(found[i]! - logit));
  }
  for (const logit of expected) if (Number.isFinite(logit)) largest = Math.max(largest, Math.abs(logit));
  return difference / (largest || 1);
}
