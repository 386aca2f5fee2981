import adjustP from "@stdlib/stats-padjust";
import { sampleStandardDeviation } from "simple-statistics";
import { detectableDifference } from "../evaluation/detectable.ts";
import { leastP } from "../evaluation/least_p.ts";
import { mcnemar } from "../evaluation/mcnemar.ts";
import { pairedTextBootstrap, type TextSides } from "../evaluation/paired_text_bootstrap.ts";
import { ScoredTextRun } from "../evaluation/scored_text_run.ts";
import {
  byTextMetric,
  IS_HIGHER_TEXT_METRIC_BETTER,
  isJudgedText,
  type TextMetricName,
} from "../evaluation/text_metric_names.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import type { CompareOptions, MetricComparison } from "./compare.ts";
import type { Verdict } from "./verdict.ts";
import { RESAMPLES } from "./diff.ts";
import { type Differences, environmentDifferences, experimentDifferences } from "./differences.ts";
import { byClassAlone, withSameClasses } from "./mixed_sides.ts";
import { type GroupPair, pairGroups } from "./pairing.ts";
import { haveSameSeeds } from "./run_groups.ts";
import type { Side } from "./side.ts";
import { alignTexts, type TextAlignment } from "./text_align.ts";
import type { ComparedText, ComparedTextRun } from "./text_run.ts";

/** A test text to which two runs have written different answers. */
export interface ChangedAnswer {
  readonly id: string;
  readonly text: string;
  readonly targets: readonly string[];
  readonly a: string;
  readonly b: string;
}

/** What differs between two runs whose answers are generated, or two groups of such over seeds, and whether the difference is significant. */
export interface TextDiff extends CompareOptions {
  readonly format: "softprompt-text-diff/1";
  /** The two sides, as named by the user. */
  readonly a: string;
  readonly b: string;
  /** The variant that is compared; empty where there is only one. */
  readonly variant: string;
  /** The runs' seeds; `paired`: run by run, as both sides have the same ones. */
  readonly seeds: { readonly a: readonly number[]; readonly b: readonly number[]; readonly paired: boolean };
  /** What differs in the resolved experiments. */
  readonly experiment: Differences;
  /** What differs in models, data, versions and devices. */
  readonly environment: Differences;
  /** Those that all runs have. */
  readonly metrics: Readonly<Partial<Record<TextMetricName, MetricComparison>>>;
  /** The numbers of test examples that all runs have, and of those on one side only. */
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** The texts to which the first runs of both sides generated different answers. */
  readonly changed: readonly ChangedAnswer[];
}

/** What differs between two sides whose answers are generated. */
export interface TextDiffs {
  /** A comparison for each variant that both sides have. */
  readonly comparisons: readonly TextDiff[];
  /** Variants without a counterpart. */
  readonly variantsOnlyInA: readonly string[];
  readonly variantsOnlyInB: readonly string[];
  /** What is not compared, or only in part, and why: one line each. */
  readonly notes: readonly string[];
}

/**
 * Compares two sides whose answers are generated, B against A, by the test examples that all runs of a variant have: paired by id. All
 * metrics of all variants are judged together.
 *
 * @param alpha the significance level of the tests, for example 0.05
 * @throws {InputError} where they have no variant or no examples in common, or these have other texts or right answers
 */
export function textDiffsOf(a: Side<ComparedTextRun>, b: Side<ComparedTextRun>, alpha: number): TextDiffs {
  const comparable = withSameClasses(a, b);
  const { pairs, ...unpaired } = pairGroups(comparable.a, comparable.b);
  const options = { alpha, resamples: RESAMPLES, seed: 0 };
  const measured = pairs.map((pair) => {
    const aligned = alignTexts(pair.a.runs, pair.b.runs);
    return { pair, aligned, metrics: measure(pair, aligned, options) };
  });
  const tests = measured.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([name, metric]) => name === "illegal_rate" ? [] : [metric])
  );
  const adjusted = [...adjustP(tests.map(({ p }) => p), "holm")];
  const judged = new Map(tests.map((test, i) => [test, adjusted[i]!]));
  const comparisons = measured.map(({ pair, aligned, metrics }): TextDiff => {
    const seeds = (runs: readonly ComparedTextRun[]) => runs.map(({ experiment }) => experiment.seed);
    const [one, other] = [pair.a.runs, pair.b.runs];
    return {
      format: "softprompt-text-diff/1",
      a: a.source,
      b: b.source,
      ...options,
      variant: pair.variant,
      seeds: { a: seeds(one), b: seeds(other), paired: haveSameSeeds(one, other) },
      experiment: experimentDifferences(one, other),
      environment: environmentDifferences(one, other),
      metrics: byTextMetric((name) => {
        const metric = metrics[name];
        if (metric === undefined) return undefined;
        const p_adjusted = judged.get(metric) ?? null;
        const isSignificant = p_adjusted !== null && p_adjusted < alpha;
        return { ...metric, p_adjusted, verdict: verdictOf(name, metric.delta, isSignificant) };
      }),
      paired: aligned.paired,
      onlyInA: aligned.onlyInA,
      onlyInB: aligned.onlyInB,
      changed: changedAnswers(aligned),
    };
  });
  return { comparisons, ...unpaired, notes: [...comparable.notes, ...byClassAlone(pairs)] };
}

/** Text diffs as JSON: the keys of a single comparison are at the top level; several are in `comparisons`. */
export function textDiffJson({ comparisons, ...rest }: TextDiffs): unknown {
  const [only, ...others] = comparisons;
  return others.length === 0 ? { ...only, ...rest } : { ...rest, comparisons };
}

/** The metrics that do not depend on the texts that stand for classes. */
const OF_CLASSES: ReadonlySet<TextMetricName> = new Set(["accuracy", "macro_f1", "illegal_rate"]);

type Unjudged = Omit<MetricComparison, "p_adjusted" | "verdict">;

function verdictOf(metric: TextMetricName, delta: number, isSignificant: boolean): Verdict {
  if (!isJudgedText(metric)) return "description";
  if (!isSignificant || delta === 0) return "no evidence either way";
  return delta > 0 === IS_HIGHER_TEXT_METRIC_BETTER[metric] ? "better" : "worse";
}

function measure(
  { a, b }: GroupPair<ComparedTextRun>,
  aligned: TextAlignment,
  options: CompareOptions,
): Partial<Record<TextMetricName, Unjudged>> {
  const sides: TextSides = {
    a: aligned.a.map((run, i) => scoredRun(run, a.runs[i]!)),
    b: aligned.b.map((run, i) => scoredRun(run, b.runs[i]!)),
    areRunsPaired: haveSameSeeds(a.runs, b.runs),
  };
  const { paired } = aligned;
  const isGenerated = [...a.runs, ...b.runs].every(({ experiment }) => isGeneratedExperiment(experiment));
  const found = pairedTextBootstrap(sides, options);
  const [correctA, correctB] = sides.a.length === 1 && sides.b.length === 1
    ? [sides.a[0]!.correct, sides.b[0]!.correct]
    : [];
  const exact = correctA && correctB && mcnemar(correctA, correctB);
  // Where there are classes, the text of the right one is an exact match: the accuracy says how often there is one.
  const share = found.accuracy ? "accuracy" : "exact_match";
  return byTextMetric((name) => {
    const difference = found[name];
    if (difference === undefined || name === "exact_match" && share === "accuracy") return undefined;
    if (!aligned.haveSameTargets && !OF_CLASSES.has(name)) return undefined;
    // With probabilities, the class is the best of the verbalizer's in any case.
    if (name === "illegal_rate" && !isGenerated) return undefined;
    const isExact = name === share && exact !== undefined;
    const { standardError, p, ...rest } = difference;
    return {
      ...rest,
      a_sd: deviation(name, sides.a, paired),
      b_sd: deviation(name, sides.b, paired),
      standard_error: standardError,
      p: isExact ? exact.p : Math.max(p, leastP(paired)),
      test: isExact ? "exact McNemar" as const : "paired bootstrap" as const,
      detectable: standardError === 0 ? null : detectableDifference(standardError, options.alpha),
    };
  });
}

/** The standard deviation of a metric over runs; `null` for a single one. */
function deviation(metric: TextMetricName, runs: readonly ScoredTextRun[], examples: number): number | null {
  const once = new Int32Array(examples).fill(1);
  return runs.length < 2 ? null : sampleStandardDeviation(runs.map((run) => run.measure(metric, once)));
}

function scoredRun(predictions: readonly ComparedText[], { experiment }: ComparedTextRun): ScoredTextRun {
  const classes = Object.keys(experiment.verbalizer ?? {});
  const indexOf = (name: string) => classes.indexOf(name);
  return new ScoredTextRun(
    predictions.map(({ nll, tokens, score, label, predicted }) => ({
      likelihood: nll === undefined || tokens === undefined ? undefined : { nll, tokens },
      score: score && { ...score, exact_match: score.exact_match === 1 ? 1 : 0 },
      classed: label === undefined || predicted === undefined ? undefined : {
        label: indexOf(label),
        predicted: predicted === null ? undefined : indexOf(predicted),
      },
    })),
    classes.length,
  );
}

function changedAnswers({ a: [one = []], b: [other = []] }: TextAlignment): ChangedAnswer[] {
  return one.flatMap(({ id, text, targets, generated: before }, i) => {
    const after = other[i]?.generated;
    return before === undefined || after === undefined || before === after
      ? []
      : [{ id, text, targets, a: before, b: after }];
  });
}
