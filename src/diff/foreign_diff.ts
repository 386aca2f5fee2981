import adjustP from "@stdlib/stats-padjust";
import { InputError } from "../base/errors.ts";
import { detectableDifference } from "../evaluation/detectable.ts";
import { leastDetectableAccuracy, leastP } from "../evaluation/least_p.ts";
import { mcnemar } from "../evaluation/mcnemar.ts";
import { pairedMeanBootstrap } from "../evaluation/paired_mean_bootstrap.ts";
import type { Evaluation, Program } from "../foreign/evaluation.ts";
import type { CompareOptions, MetricComparison } from "./compare.ts";
import type { Verdict } from "./verdict.ts";
import { RESAMPLES } from "./diff.ts";
import { type Differences, differences } from "./differences.ts";
import { alignEvaluations, type ForeignAlignment, scoreOfExample } from "./foreign_align.ts";
import { type ForeignPair, type ForeignSide, pairEvaluations } from "./foreign_side.ts";

/** A metric of two evaluations: B against A, over the examples that have it on both sides. */
export interface ForeignMetric extends MetricComparison {
  /** Which values are better; `null` where the program does not say. */
  readonly better: "higher" | "lower" | null;
  /** Whether all values are 0 or 1, so that it is a share of examples. */
  readonly isShare: boolean;
  /** The number of examples. */
  readonly examples: number;
  /** The numbers of examples that have higher values on one side. */
  readonly higherInA: number;
  readonly higherInB: number;
  /** The numbers of examples, left out, whose value is not known: of A, and of B. */
  readonly unknownInA: number;
  readonly unknownInB: number;
}

/** One comparison of two evaluations. */
export interface ForeignComparison {
  /** The variant; empty where the diff has only one comparison. */
  readonly variant: string;
  /** What differs in models, prompts and settings. */
  readonly experiment: Differences;
  readonly environment: Differences;
  readonly metrics: Readonly<Record<string, ForeignMetric>>;
  /** Metrics of one side only, and those that are no numbers for each example. */
  readonly metricsOnlyInA: readonly string[];
  readonly metricsOnlyInB: readonly string[];
  readonly metricsUnread: readonly string[];
  /** Metrics of both sides that no example has a known value of on both. */
  readonly metricsUnknown: readonly string[];
  /** The numbers of examples that both sides have, of those on one side only, and of those with the same id and another text. */
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  readonly changed: number;
  /** The largest number of times that an example was repeated. */
  readonly repeats: { readonly a: number; readonly b: number };
}

/** What differs between the results of another program, and whether the difference is significant. */
export interface ForeignDiff extends CompareOptions {
  readonly format: "softprompt-foreign-diff/1";
  readonly program: Program;
  /** The two sides, as named by the user. */
  readonly a: string;
  readonly b: string;
  readonly comparisons: readonly ForeignComparison[];
  /** Variants without a counterpart. */
  readonly variantsOnlyInA: readonly string[];
  readonly variantsOnlyInB: readonly string[];
}

/**
 * Compares two results of another program, B against A, example by example. All metrics of all variants are judged together.
 *
 * @param alpha the significance level of the tests, for example 0.05
 * @throws {InputError} where they cannot be compared, with the reason
 */
export function foreignDiffOf(a: ForeignSide, b: ForeignSide, alpha: number): ForeignDiff {
  if (a.program !== b.program) {
    throw new InputError(
      `${a.source} holds results of ${a.program}, and ${b.source} of ${b.program}: compare results of the same program`,
    );
  }
  const { pairs, ...unpaired } = pairEvaluations(a, b);
  const options = { alpha, resamples: RESAMPLES, seed: 0 };
  const measured = pairs.map((pair) => compared(pair, options));
  const judged = adjustedPs(measured.map(({ measures }) => measures));
  return {
    format: "softprompt-foreign-diff/1",
    program: a.program,
    a: a.source,
    b: b.source,
    ...options,
    comparisons: measured.map(({ measures, ...one }) => ({
      ...one,
      metrics: Object.fromEntries(measures.map(({ name, metric }) => {
        const p_adjusted = judged.get(metric) ?? null;
        return [name, { ...metric, p_adjusted, verdict: verdictOf(metric, p_adjusted, alpha) }];
      })),
    })),
    ...unpaired,
  };
}

/** A diff as JSON: the keys of a single comparison are at the top level; several are in `comparisons`. */
export function foreignDiffJson({ comparisons, ...rest }: ForeignDiff): unknown {
  const [only, ...others] = comparisons;
  return others.length === 0 ? { ...rest, ...only } : { ...rest, comparisons };
}

type Unjudged = Omit<ForeignMetric, "p_adjusted" | "verdict">;

/** A metric before all are judged together. */
interface Measure {
  readonly name: string;
  readonly metric: Unjudged;
  /** Both sides' values: metrics with the same ones, such as promptfoo's success and score of plain assertions, are one test. */
  readonly values: string;
}

/** The p-values after Holm's correction over all tests, of metrics with a better direction. */
function adjustedPs(comparisons: readonly (readonly Measure[])[]): Map<Unjudged, number> {
  const tests = comparisons.flatMap((measures) => [
    ...Map.groupBy(measures.filter(({ metric }) => metric.better !== null), ({ values }) => values).values(),
  ]);
  const adjusted = tests.length === 0 ? [] : [...adjustP(tests.map(([first]) => first!.metric.p), "holm")];
  return new Map(tests.flatMap((same, i) => same.map(({ metric }) => [metric, adjusted[i]!])));
}

function verdictOf({ better, delta }: Unjudged, p: number | null, alpha: number): Verdict {
  if (better === null || p === null) return "description";
  if (p >= alpha || delta === 0) return "no evidence either way";
  return delta > 0 === (better === "higher") ? "better" : "worse";
}

function compared(
  pair: ForeignPair,
  options: CompareOptions,
): Omit<ForeignComparison, "metrics"> & { readonly measures: readonly Measure[] } {
  const { variant, a, b } = pair;
  const aligned = alignEvaluations(pair);
  const [ofA, ofB] = [metricsOf(a), metricsOf(b)];
  const common = [...ofA].filter((name) => ofB.has(name));
  const measures = common.flatMap((name) => measured(name, pair, aligned, options) ?? []);
  if (measures.length === 0) {
    throw new InputError(
      `${a.file} and ${b.file} have no metric in common whose value is known on both sides: ${
        shown(ofA, a.unread)
      } against ${shown(ofB, b.unread)}`,
    );
  }
  const { examples, ...leftOut } = aligned;
  const most = (side: "a" | "b") => examples.reduce((largest, one) => Math.max(largest, one[side].length), 1);
  return {
    variant,
    experiment: differences({ ...a.settings, ...a.parts }, { ...b.settings, ...b.parts }),
    environment: {},
    measures,
    metricsOnlyInA: [...ofA].filter((name) => !ofB.has(name)),
    metricsOnlyInB: [...ofB].filter((name) => !ofA.has(name)),
    metricsUnread: [...new Set([...a.unread, ...b.unread])],
    metricsUnknown: common.filter((one) => !measures.some(({ name }) => name === one)),
    paired: examples.length,
    ...leftOut,
    repeats: { a: most("a"), b: most("b") },
  };
}

function metricsOf({ samples }: Evaluation): Set<string> {
  return new Set(samples.flatMap(({ scores }) => [...scores.keys()]));
}

function shown(names: ReadonlySet<string>, unread: readonly string[]): string {
  const known = names.size === 0 ? "none" : [...names].join(", ");
  return unread.length === 0 ? known : `${known} (and ${unread.join(", ")}, which gives examples no scores)`;
}

/** `undefined` where no example has the metric on both sides. */
function measured(
  name: string,
  { a, b }: ForeignPair,
  { examples }: ForeignAlignment,
  options: CompareOptions,
): Measure | undefined {
  const scores = examples.map((one) => ({ a: scoreOfExample(one.a, name), b: scoreOfExample(one.b, name) }))
    .filter((one) => one.a !== undefined || one.b !== undefined);
  const known = scores.flatMap(({ a, b }) =>
    typeof a === "number" && typeof b === "number" ? [{ a, b }] : []
  );
  if (known.length === 0) return undefined;
  const isShare = known.every(({ a, b }) => isBit(a) && isBit(b));
  const [first, second] = [known.map(({ a }) => a), known.map(({ b }) => b)];
  const { standardError, p, ...difference } = pairedMeanBootstrap(first, second, options);
  const exact = isShare ? mcnemar(first.map(Boolean), second.map(Boolean)) : undefined;
  const detectable = detectableDifference(standardError, options.alpha);
  const metric: Unjudged = {
    ...difference,
    a_sd: null,
    b_sd: null,
    standard_error: standardError,
    p: exact?.p ?? Math.max(p, leastP(known.length)),
    test: exact === undefined ? "paired bootstrap" : "exact McNemar",
    detectable: exact === undefined
      ? standardError === 0 ? null : detectable
      : Math.max(detectable, leastDetectableAccuracy(known.length, options.alpha)),
    better: directionOf(name, a, b),
    isShare,
    examples: known.length,
    higherInA: known.filter(({ a, b }) => a > b).length,
    higherInB: known.filter(({ a, b }) => b > a).length,
    unknownInA: scores.filter(({ a }) => typeof a !== "number").length,
    unknownInB: scores.filter(({ b }) => typeof b !== "number").length,
  };
  return { name, metric, values: JSON.stringify([first, second]) };
}

function isBit(value: number): boolean {
  return value === 0 || value === 1;
}

/** Which direction is better: as one side says and the other does not contradict. */
function directionOf(name: string, a: Evaluation, b: Evaluation): ForeignMetric["better"] {
  const [one, other] = [a.isHigherBetter.get(name), b.isHigherBetter.get(name)];
  const found = one === undefined ? other : one;
  if (found === undefined || found === null || other !== undefined && other !== found) return null;
  return found ? "higher" : "lower";
}
