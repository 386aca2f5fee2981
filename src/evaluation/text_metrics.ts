import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { TextScore } from "../text_metrics/score_text.ts";
import { wilsonInterval } from "./metrics.ts";

/** A mean over examples with its 95% interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** How well generated texts answer: means over the examples. */
export interface AnswerMetrics {
  /** With Wilson's interval. */
  readonly exact_match: Estimate;
  readonly token_f1: Estimate;
  readonly rouge_l: Estimate;
}

/** How probable the targets are. */
export interface TargetMetrics {
  /** The mean negative log-likelihood of the targets' tokens, in nats. */
  readonly loss: number;
  /** exp(loss), with the interval of the loss; `null` where there is no such number: of one example, or larger than any. */
  readonly perplexity: {
    readonly value: number | null;
    readonly interval: readonly [number, number] | null;
  };
}

/** The metrics of a prompt whose answers are texts; the names are those of `metrics.json`. Without generation, those of targets alone. */
export interface TextMetrics extends TargetMetrics, Partial<AnswerMetrics> {
  readonly examples: number;
}

/** The likelihood of an example's target. */
export interface TargetLikelihood {
  /** The sum over its tokens, in nats. */
  readonly nll: number;
  readonly tokens: number;
}

/** @param scores of each example's answer @throws {RangeError} where there are none */
export function measureAnswers(scores: readonly TextScore[]): AnswerMetrics {
  requireSome(scores);
  const matched = scores.filter(({ exact_match }) => exact_match === 1).length;
  return {
    exact_match: { value: matched / scores.length, interval: wilsonInterval(matched, scores.length) },
    token_f1: meanOfShares(scores.map(({ token_f1 }) => token_f1)),
    rouge_l: meanOfShares(scores.map(({ rouge_l }) => rouge_l)),
  };
}

/**
 * The perplexity of targets, exp(Σ nll / Σ tokens). Its interval is that of the loss, a ratio of two means over examples: by the
 * linearized variance (Cochran 1977, Sampling Techniques, chapter 6) and Student's t.
 *
 * @throws {RangeError} where there are no examples
 */
export function measureTargets(likelihoods: readonly TargetLikelihood[]): TargetMetrics {
  requireSome(likelihoods);
  const n = likelihoods.length;
  const tokens = sum(likelihoods.map((one) => one.tokens));
  const loss = sum(likelihoods.map(({ nll }) => nll)) / tokens;
  const squares = sum(likelihoods.map((one) => (one.nll - loss * one.tokens) ** 2));
  const reach = n > 1 ? tQuantile(0.975, n - 1) * Math.sqrt(squares * n / (n - 1)) / tokens : Infinity;
  const interval = [Math.exp(Math.max(0, loss - reach)), Math.exp(loss + reach)] as const;
  const value = Math.exp(loss);
  return {
    loss,
    perplexity: {
      value: Number.isFinite(value) ? value : null,
      interval: interval.every(Number.isFinite) ? interval : null,
    },
  };
}

/**
 * The mean of values from 0 to 1 with its 95% interval: Wilson's for as many examples as would have this standard error if each were
 * right or wrong (the effective sample size of Kish 1965). So it is Wilson's where all values are 0 or 1, narrower where they vary less, and never
 * leaves the range. The variance counts one example more, with the largest variance for this mean, so that few equal values are not
 * taken for certainty.
 */
export function meanOfShares(values: readonly number[]): Estimate {
  requireSome(values);
  const n = values.length;
  const value = sum(values) / n;
  const largest = value * (1 - value);
  if (largest === 0) return { value, interval: wilsonInterval(value * n, n) };
  const variance = (sum(values.map((x) => (x - value) ** 2)) + largest) / (n + 1);
  const effective = n * largest / variance;
  return { value, interval: wilsonInterval(value * effective, effective) };
}

function requireSome(examples: readonly unknown[]): void {
  if (examples.length === 0) throw new RangeError("there are no examples to measure");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
