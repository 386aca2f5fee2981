import adjustP from "@stdlib/stats-padjust";
import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { detectableDifference } from "../evaluation/detectable.ts";
import { leastP } from "../evaluation/least_p.ts";
import { mcnemar } from "../evaluation/mcnemar.ts";
import { pairedTextBootstrap } from "../evaluation/paired_text_bootstrap.ts";
import { ScoredTextRun } from "../evaluation/scored_text_run.ts";
import {
  byTextMetric,
  IS_HIGHER_TEXT_METRIC_BETTER,
  type TextMetricName,
} from "../evaluation/text_metric_names.ts";
import type { TextRunRecord } from "../results/read_text_run.ts";
import type { TextPrediction } from "../results/run_files.ts";
import type { CompareOptions, MetricComparison } from "./compare.ts";
import { RESAMPLES } from "./diff.ts";
import { type Differences, environmentDifferences, experimentDifferences } from "./differences.ts";

/** A test text to which two runs have written different answers. */
export interface ChangedAnswer {
  readonly id: string;
  readonly text: string;
  readonly targets: readonly string[];
  readonly a: string;
  readonly b: string;
}

/** What differs between two runs whose answers are free texts, and whether the difference is significant. */
export interface TextDiff extends CompareOptions {
  readonly format: "softprompt-text-diff/1";
  /** The two sides, as named by the user. */
  readonly a: string;
  readonly b: string;
  /** What differs in the resolved experiments. */
  readonly experiment: Differences;
  /** What differs in models, data, versions and devices. */
  readonly environment: Differences;
  /** Those that both runs have. */
  readonly metrics: Readonly<Partial<Record<TextMetricName, MetricComparison>>>;
  /** The numbers of test examples that both runs have, and of those on one side only. */
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** The texts to which different answers were generated. */
  readonly changed: readonly ChangedAnswer[];
}

/** One side of a comparison. */
export interface TextSide {
  /** As named by the user. */
  readonly source: string;
  readonly run: TextRunRecord;
}

/**
 * Compares two runs whose answers are free texts, B against A, by the test examples that both have: paired by id.
 *
 * @param alpha the significance level of the tests, for example 0.05
 * @throws {InputError} where they have no examples in common, or these have other texts or right answers
 */
export function textDiffOf(a: TextSide, b: TextSide, alpha: number): TextDiff {
  const options = { alpha, resamples: RESAMPLES, seed: 0 };
  const inB = new Map(b.run.predictions.map((one) => [one.id, one]));
  const pairs = a.run.predictions.flatMap((one) => {
    const other = inB.get(one.id);
    return other === undefined ? [] : [[one, other] as const];
  });
  checkPairs(pairs);
  return {
    format: "softprompt-text-diff/1",
    a: a.source,
    b: b.source,
    ...options,
    experiment: experimentDifferences([a.run], [b.run]),
    environment: environmentDifferences([a.run], [b.run]),
    metrics: compared(pairs, options),
    paired: pairs.length,
    onlyInA: a.run.predictions.length - pairs.length,
    onlyInB: b.run.predictions.length - pairs.length,
    changed: pairs.flatMap(([{ id, text, targets, generated: before }, { generated: after }]) =>
      before === undefined || after === undefined || before === after
        ? []
        : [{ id, text, targets, a: before, b: after }]
    ),
  };
}

/** The metrics that may fail a gate and got worse. @returns for example `exact_match` */
export function textRegressions({ metrics }: TextDiff, gate: readonly string[]): TextMetricName[] {
  return Object.values(
    byTextMetric((name) => metrics[name]?.verdict === "worse" && gate.includes(name) ? name : undefined),
  );
}

type Pair = readonly [TextPrediction, TextPrediction];

function checkPairs(pairs: readonly Pair[]): void {
  if (pairs.length === 0) {
    throw new InputError(
      "the test sets have no example in common, by their ids: compare runs with the same data",
    );
  }
  const other = pairs.filter(([a, b]) =>
    a.text_sha256 !== b.text_sha256 || a.targets.join("\n") !== b.targets.join("\n")
  );
  const [first] = other;
  if (first === undefined) return;
  throw new InputError(
    `the test sets differ and cannot be paired: ${counted(other.length, "example")} of ${pairs.length} ${
      other.length === 1 ? "has" : "have"
    } another text or other right answers, '${first[0].id}' among them`,
  );
}

function compared(pairs: readonly Pair[], options: CompareOptions): TextDiff["metrics"] {
  const scored = (of: (pair: Pair) => TextPrediction) =>
    new ScoredTextRun(pairs.map((pair) => {
      const { nll, tokens, score } = of(pair);
      return { nll, tokens, score: score && { ...score, exact_match: score.exact_match === 1 ? 1 : 0 } };
    }));
  const [a, b] = [scored(([one]) => one), scored(([, other]) => other)];
  const found = pairedTextBootstrap({ a: [a], b: [b], areRunsPaired: false }, options);
  const exact = a.exactMatches && b.exactMatches && mcnemar(a.exactMatches, b.exactMatches);
  const tests = byTextMetric((name) => {
    const difference = found[name];
    if (difference === undefined) return undefined;
    const isExact = name === "exact_match" && exact !== undefined;
    const { standardError, p, ...rest } = difference;
    return {
      ...rest,
      a_sd: null,
      b_sd: null,
      standard_error: standardError,
      p: isExact ? exact.p : Math.max(p, leastP(pairs.length)),
      test: isExact ? "exact McNemar" as const : "paired bootstrap" as const,
      detectable: standardError === 0 ? null : detectableDifference(standardError, options.alpha),
    };
  });
  const adjusted = [...adjustP(Object.values(tests).map(({ p }) => p), "holm")];
  const order = Object.keys(tests);
  return byTextMetric((name) => {
    const test = tests[name];
    if (test === undefined) return undefined;
    const p_adjusted = adjusted[order.indexOf(name)]!;
    const isChange = p_adjusted < options.alpha && test.delta !== 0;
    const isBetter = test.delta > 0 === IS_HIGHER_TEXT_METRIC_BETTER[name];
    const verdict = !isChange ? "no evidence either way" : isBetter ? "better" : "worse";
    return { ...test, p_adjusted, verdict };
  });
}
