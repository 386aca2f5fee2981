import { mean, quantileSorted, standardDeviation } from "simple-statistics";
import { RandomStream } from "../base/random_stream.ts";
import { byMetric, type MetricName, METRICS } from "./metric_names.ts";
import type { ScoredRun } from "./scored_run.ts";

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
export interface BootstrapOptions {
  /** 1 - the level of the interval, for example 0.05. */
  readonly alpha: number;
  readonly resamples: number;
  readonly seed: number;
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
  { alpha, resamples, seed, areRunsPaired }: BootstrapOptions,
): Record<MetricName, PairedDifference> {
  const examples = a[0]!.examples;
  const stream = new RandomStream(seed, "bootstrap");
  if ([...a, ...b].some((run) => run.examples !== examples)) {
    throw new RangeError("the runs have different test examples");
  }
  const once = new Int32Array(examples).fill(1);
  const all = { a: a.map((_, i) => i), b: b.map((_, i) => i) };
  const whole = differences(a, b, once, all.a, all.b);
  const deltas = byMetric(() => new Float64Array(resamples));
  const counts = new Int32Array(examples);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < examples; i++) counts[stream.integer(examples)]!++;
    const drawnA = drawRuns(all.a, stream);
    const drawnB = areRunsPaired ? drawnA : drawRuns(all.b, stream);
    const drawn = differences(a, b, counts, drawnA, drawnB);
    for (const metric of METRICS) deltas[metric][r] = drawn[metric].delta;
  }
  return byMetric((metric) => {
    const sorted = Array.from(deltas[metric].sort());
    const { delta } = whole[metric];
    // The observed sample is counted as a resample, so that no p is 0.
    const against = sorted.filter((x) => delta >= 0 ? x <= 0 : x >= 0).length;
    return {
      ...whole[metric],
      interval: [quantileSorted(sorted, alpha / 2), quantileSorted(sorted, 1 - alpha / 2)],
      standardError: standardDeviation(sorted),
      p: delta === 0 ? 1 : Math.min(1, 2 * (against + 1) / (resamples + 1)),
    };
  });
}

/** The difference in each metric of the drawn runs on the drawn examples. */
function differences(
  a: readonly ScoredRun[],
  b: readonly ScoredRun[],
  counts: Int32Array,
  drawnA: readonly number[],
  drawnB: readonly number[],
): Record<MetricName, { a: number; b: number; delta: number }> {
  const measured = (runs: readonly ScoredRun[]) => runs.map((run) => run.measure(counts));
  const of = { a: measured(a), b: measured(b) };
  return byMetric((metric) => {
    const left = mean(drawnA.map((i) => of.a[i]![metric]));
    const second = mean(drawnB.map((i) => of.b[i]![metric]));
    return { a: left, b: second, delta: second - left };
  });
}

function drawRuns(runs: readonly number[], stream: RandomStream): number[] {
  if (runs.length === 1) return [0];
  return Array.from({ length: runs.length - 1 }, () => stream.integer(runs.length));
}
