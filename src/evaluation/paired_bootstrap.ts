import { mean } from "simple-statistics";
import { RandomStream } from "../base/random_stream.ts";
import { byMetric, type MetricName, METRICS } from "./metric_names.ts";
import { resampledDifference } from "./resampled_difference.ts";
import { ResampledSums } from "./resampled_sums.ts";
import type { ScoredRun } from "./scored_run.ts";
import { TOGETHER } from "./sum_kernel.ts";

/** A metric of two sides, and the uncertainty of their difference. */
export interface PairedDifference {
  /** Means over each side's runs. */
  readonly a: number;
  readonly b: number;
  /** b - a. */
  readonly delta: number;
  /** Percentile interval of the difference. */
  readonly interval: readonly [number, number];
  /** The standard deviation of the difference over the resamples. */
  readonly standardError: number;
  /** Two-sided: twice the fraction of resamples in which the difference does not have the observed sign. */
  readonly p: number;
}

/** The settings of resampling. */
export interface Resampling {
  /** 1 - the level of the interval, for example 0.05. */
  readonly alpha: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Two sides, of one or several runs each, all on the same examples. */
export interface Sides {
  readonly a: readonly ScoredRun[];
  readonly b: readonly ScoredRun[];
  /** Whether run i of one side belongs to run i of the other (the same seed), so that they are drawn together. */
  readonly areRunsPaired: boolean;
}

/**
 * Compares two sides, of one or several runs each, on the same examples: the paired bootstrap. Each resample draws examples
 * with replacement, the same ones for all runs (Efron & Tibshirani 1993, chapter 13), and, where a side has several runs,
 * runs too, one fewer than there are: n - 1 draws give the mean of n runs the variance that it has, n draws would
 * understate it by 1 / n (Rao & Wu 1988).
 *
 * @param a the runs of one side, all on the same examples @param b the runs of the other, on those examples too
 * @throws {RangeError} where the numbers of examples differ
 */
export function pairedBootstrap(
  a: readonly ScoredRun[],
  b: readonly ScoredRun[],
  { areRunsPaired, ...options }: Resampling & Pick<Sides, "areRunsPaired">,
): Record<MetricName, PairedDifference> {
  return pairedBootstraps([{ a, b, areRunsPaired }], options)[0]!;
}

/** The largest number of comparisons whose resamples are kept at a time: each takes 400 KB. */
const MOST_AT_ONCE = 256;

/**
 * Compares many pairs of sides, each as if it were the only one: a comparison's draws depend on the seed and on the numbers of
 * examples and runs alone, so that those of the same numbers share them.
 *
 * @returns the differences in the order of the pairs
 * @throws {RangeError} where the numbers of examples within a pair differ
 */
export function pairedBootstraps(
  pairs: readonly Sides[],
  options: Resampling,
): Record<MetricName, PairedDifference>[] {
  const found = new Map<Sides, Record<MetricName, PairedDifference>>();
  const examplesOf = ({ a, b }: Sides) => {
    const { examples } = a[0]!;
    if ([...a, ...b].every((run) => run.examples === examples)) return examples;
    throw new RangeError("the runs have different test examples");
  };
  const alike = Map.groupBy(
    pairs,
    (pair) => [examplesOf(pair), pair.a.length, pair.b.length, pair.areRunsPaired].join(),
  );
  for (const group of alike.values()) {
    for (let from = 0; from < group.length; from += MOST_AT_ONCE) {
      const some = group.slice(from, from + MOST_AT_ONCE);
      const deltas = resampledDeltas(some, options);
      for (const [i, pair] of some.entries()) found.set(pair, differenceOf(pair, deltas[i]!, options));
    }
  }
  return pairs.map((pair) => found.get(pair)!);
}

/** The difference in each metric on each resample, for pairs with the same numbers of examples and runs. */
function resampledDeltas(
  pairs: readonly Sides[],
  { resamples, seed }: Resampling,
): Record<MetricName, Float64Array>[] {
  const { a, b, areRunsPaired } = pairs[0]!;
  const { examples } = a[0]!;
  const isOneEach = a.length === 1 && b.length === 1;
  const stream = new RandomStream(seed, "bootstrap");
  const deltas = pairs.map(() => byMetric(() => new Float64Array(resamples)));
  const runs = pairs.flatMap(({ a, b }) => [...a, ...b]);
  const sums = new ResampledSums(examples, runs.map(({ groups }) => groups));
  const values = byMetric(() => new Float64Array((a.length + b.length) * TOGETHER));
  for (let first = 0; first < resamples; first += TOGETHER) {
    sums.clear();
    const drawn = Array.from({ length: Math.min(TOGETHER, resamples - first) }, (_, r) => {
      for (let i = 0; i < examples; i++) sums.add(r, stream.integer(examples));
      const ofA = drawRuns(a.length, stream);
      const ofB = areRunsPaired ? ofA : drawRuns(b.length, stream);
      return { a: ofA, b: ofB.map((run) => a.length + run) };
    });
    let run = 0;
    for (const found of deltas) {
      for (let i = 0; i < a.length + b.length; i++, run++) {
        runs[run]!.measureSums(sums.sum(run), sums.totals, values, i * TOGETHER);
      }
      for (const metric of METRICS) {
        const into = found[metric];
        const from = values[metric];
        if (isOneEach) {
          for (let r = 0; r < drawn.length; r++) into[first + r] = from[TOGETHER + r]! - from[r]!;
          continue;
        }
        for (const [r, { a, b }] of drawn.entries()) {
          into[first + r] = meanDrawn(from, r, b) - meanDrawn(from, r, a);
        }
      }
    }
  }
  return deltas;
}

/** The mean of a metric over the runs that were drawn for a resample. */
function meanDrawn(values: Float64Array, resample: number, runs: readonly number[]): number {
  return runs.length === 1
    ? values[runs[0]! * TOGETHER + resample]!
    : mean(runs.map((run) => values[run * TOGETHER + resample]!));
}

/** The differences between two sides, with what resampling them shows. */
function differenceOf(
  { a, b }: Sides,
  deltas: Record<MetricName, Float64Array>,
  options: Resampling,
): Record<MetricName, PairedDifference> {
  const once = new Int32Array(a[0]!.examples).fill(1);
  const whole = { a: a.map((run) => run.measure(once)), b: b.map((run) => run.measure(once)) };
  return byMetric((metric) => {
    const a = mean(whole.a.map((one) => one[metric]));
    const b = mean(whole.b.map((one) => one[metric]));
    return resampledDifference({ a, b, delta: b - a }, deltas[metric], options);
  });
}

function drawRuns(runs: number, stream: RandomStream): number[] {
  if (runs === 1) return [0];
  return Array.from({ length: runs - 1 }, () => stream.integer(runs));
}
