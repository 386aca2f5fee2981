import adjustP from "@stdlib/stats-padjust";
import { sampleStandardDeviation } from "simple-statistics";
import { detectableDifference } from "../evaluation/detectable.ts";
import { leastDetectableAccuracy, leastP } from "../evaluation/least_p.ts";
import { mcnemar } from "../evaluation/mcnemar.ts";
import { pairedBootstraps, type PairedDifference, type Sides } from "../evaluation/paired_bootstrap.ts";
import { IS_HIGHER_BETTER, isJudged, type MetricName, METRICS } from "../evaluation/metric_names.ts";
import { ScoredRun } from "../evaluation/scored_run.ts";
import type { Prediction } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";
import { align, type Alignment, type PairedBy } from "./align.ts";
import { type Differences, environmentDifferences, experimentDifferences } from "./differences.ts";
import { withoutSameContent } from "./same_content.ts";
import { type Flips, flipsOf } from "./flips.ts";
import type { GroupPair } from "./pairing.ts";
import { haveSameSeeds } from "./run_groups.ts";
import type { Verdict } from "./verdict.ts";

/** A metric of two sides: B against A. */
export interface MetricComparison {
  /** Means over each side's runs, and their standard deviations where there are several. */
  readonly a: number;
  readonly b: number;
  readonly a_sd: number | null;
  readonly b_sd: number | null;
  /** b - a. */
  readonly delta: number;
  /** The confidence interval at level 1 - alpha. */
  readonly interval: readonly [number, number];
  /** The standard error of the difference, by the bootstrap. */
  readonly standard_error: number;
  readonly p: number;
  /** Adjusted for the number of tests in the whole diff (Holm 1979); the verdict is based on it. `null` for a description. */
  readonly p_adjusted: number | null;
  readonly test: "exact McNemar" | "paired bootstrap";
  /** The difference that a comparison like this one detects with power 0.8; `null` where the sides do not differ at all. */
  readonly detectable: number | null;
  readonly verdict: Verdict;
}

/** One comparison: two runs, or the runs of two variants over seeds. */
export interface Comparison {
  /** The variant; empty where the diff has only one comparison. */
  readonly variant: string;
  /** What differs in the resolved experiments. */
  readonly experiment: Differences;
  /** What differs in models, data, versions and devices. */
  readonly environment: Differences;
  /** The seeds of each side's runs; `paired`: both sides have the same seeds, which are resampled together. */
  readonly seeds: { readonly a: readonly number[]; readonly b: readonly number[]; readonly paired: boolean };
  readonly metrics: Readonly<Partial<Record<MetricName, MetricComparison>>>;
  readonly flips: Flips;
  /** What pairs the test examples. */
  readonly pairedBy: PairedBy;
  /** The numbers of test examples that all runs have, and of those on one side only. */
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** Ids whose text changed. */
  readonly changed: number;
  /** Texts that occur more often on one side than on the other. */
  readonly unclear: number;
}

/** The settings of a comparison. */
export interface CompareOptions {
  readonly alpha: number;
  readonly resamples: number;
  readonly seed: number;
}

type Unjudged = Omit<MetricComparison, "p_adjusted" | "verdict">;

/**
 * Compares pairs of groups, and judges all their metrics together, except those that only describe.
 *
 * @throws {InputError} where test sets cannot be paired
 */
export function compare(pairs: readonly GroupPair[], options: CompareOptions): Comparison[] {
  const aligned = pairs.map(alignedPair);
  const differences = pairedBootstraps(aligned.map(({ sides }) => sides), options);
  const measured = aligned.map((pair, i) => measure(pair, differences[i]!, options));
  const tests = measured.flatMap(({ metrics }) =>
    [...metrics].flatMap(([name, metric]) => isJudged(name) ? [metric] : [])
  );
  const adjusted = [...adjustP(tests.map(({ p }) => p), "holm")];
  const judged = new Map(tests.map((test, i) => [test, adjusted[i]!]));
  return measured.map((one) => ({
    ...one,
    metrics: Object.fromEntries([...one.metrics].map(([name, metric]) => {
      const p_adjusted = judged.get(metric) ?? null;
      const isSignificant = p_adjusted !== null && p_adjusted < options.alpha;
      return [name, { ...metric, p_adjusted, verdict: verdictOf(name, metric.delta, isSignificant) }];
    })),
  }));
}

function verdictOf(metric: MetricName, delta: number, isSignificant: boolean): Verdict {
  if (!isJudged(metric)) return "description";
  if (!isSignificant || delta === 0) return "no evidence either way";
  return delta > 0 === IS_HIGHER_BETTER[metric] ? "better" : "worse";
}

/** A pair of groups, and their predictions of the examples that all runs have. */
interface AlignedPair extends GroupPair {
  readonly aligned: Alignment;
  readonly sides: Sides;
}

function alignedPair(pair: GroupPair): AlignedPair {
  const aligned = align(pair.a.runs, pair.b.runs);
  const areRunsPaired = haveSameSeeds(pair.a.runs, pair.b.runs);
  const sides = { a: aligned.a.map(scoredRun), b: aligned.b.map(scoredRun), areRunsPaired };
  return { ...pair, aligned, sides };
}

function measure(
  { variant, a, b, aligned, sides }: AlignedPair,
  found: Readonly<Record<MetricName, PairedDifference>>,
  options: CompareOptions,
): Omit<Comparison, "metrics"> & { readonly metrics: ReadonlyMap<MetricName, Unjudged> } {
  const isSingle = sides.a.length === 1 && sides.b.length === 1;
  const exact = isSingle ? mcnemar(sides.a[0]!.correct, sides.b[0]!.correct) : undefined;
  const metrics = new Map<MetricName, Unjudged>();
  const hasIllegal = [...aligned.a, ...aligned.b].every((run) =>
    run.every(({ illegal }) => illegal !== undefined)
  );
  for (const name of METRICS) {
    if (name === "illegal_rate" && !hasIllegal) continue;
    const isExact = name === "accuracy" && exact !== undefined;
    const { standardError, p, ...difference } = found[name];
    metrics.set(name, {
      ...difference,
      ...deviations(name, sides, aligned),
      standard_error: standardError,
      p: isExact ? exact.p : Math.max(p, leastP(aligned.paired)),
      test: isExact ? "exact McNemar" : "paired bootstrap",
      detectable: detectable(name, found[name], aligned.paired, isExact, options.alpha),
    });
  }
  const seeds = (runs: readonly RunRecord[]) => runs.map(({ experiment }) => experiment.seed);
  return {
    variant,
    experiment: withoutSameContent(experimentDifferences(a.runs, b.runs), a.runs, b.runs),
    environment: withoutSameContent(environmentDifferences(a.runs, b.runs), a.runs, b.runs),
    seeds: { a: seeds(a.runs), b: seeds(b.runs), paired: sides.areRunsPaired },
    metrics,
    flips: flipsOf(aligned),
    pairedBy: aligned.pairedBy,
    paired: aligned.paired,
    onlyInA: aligned.onlyInA,
    onlyInB: aligned.onlyInB,
    changed: aligned.changed,
    unclear: aligned.unclear,
  };
}

function scoredRun(predictions: readonly Prediction[]): ScoredRun {
  const classes = Object.keys(predictions[0]!.probabilities);
  return new ScoredRun(
    predictions.map(({ label, predicted, probabilities, illegal = false }) => ({
      label: classes.indexOf(label),
      predicted: classes.indexOf(predicted),
      probabilities: classes.map((name) => probabilities[name]!),
      illegal,
    })),
    classes.length,
  );
}

function deviations(
  metric: MetricName,
  { a, b }: Sides,
  { paired }: Alignment,
): { a_sd: number | null; b_sd: number | null } {
  const once = new Int32Array(paired).fill(1);
  const sd = (runs: readonly ScoredRun[]) =>
    runs.length < 2 ? null : sampleStandardDeviation(runs.map((run) => run.measure(once)[metric]));
  return { a_sd: sd(a), b_sd: sd(b) };
}

function detectable(
  metric: MetricName,
  { standardError }: PairedDifference,
  examples: number,
  isExact: boolean,
  alpha: number,
): number | null {
  const found = detectableDifference(standardError, alpha);
  if (metric === "accuracy" && isExact) return Math.max(found, leastDetectableAccuracy(examples, alpha));
  return standardError === 0 ? null : found;
}
