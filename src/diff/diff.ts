import { compare, type CompareOptions, type Comparison } from "./compare.ts";
import { pairGroups } from "./pairing.ts";
import type { Side } from "./side.ts";
import { type Times, timesOf } from "./times.ts";

/** What differs between two results, and whether the difference is significant. */
export interface Diff extends CompareOptions {
  readonly format: "softprompt-diff/1";
  /** The two sides, as named by the user. */
  readonly a: string;
  readonly b: string;
  /** The versions of the keys' semantics in each side's runs; runs that name none have version 1. */
  readonly semantics: { readonly a: readonly number[]; readonly b: readonly number[] };
  /** When each side's runs ended. */
  readonly times: { readonly a: Times | null; readonly b: Times | null };
  readonly comparisons: readonly Comparison[];
  /** Variants without a counterpart. */
  readonly variantsOnlyInA: readonly string[];
  readonly variantsOnlyInB: readonly string[];
}

/** The number of bootstrap resamples. */
export const RESAMPLES = 10_000;

/**
 * Compares two results, B against A.
 *
 * @param alpha the significance level of the tests, for example 0.05
 * @throws {InputError} where they cannot be compared, with the reason
 */
export function diffOf(a: Side, b: Side, alpha: number): Diff {
  const { pairs, ...unpaired } = pairGroups(a, b);
  const options = { alpha, resamples: RESAMPLES, seed: 0 };
  return {
    format: "softprompt-diff/1",
    a: a.source,
    b: b.source,
    ...options,
    semantics: { a: semanticsOf(a), b: semanticsOf(b) },
    times: { a: timesOf(a), b: timesOf(b) },
    comparisons: compare(pairs, options),
    ...unpaired,
  };
}

function semanticsOf({ groups }: Side): number[] {
  const versions = groups.flatMap(({ runs }) => runs.map(({ experiment }) => experiment.semantics ?? 1));
  return [...new Set(versions)].sort((one, other) => one - other);
}

/**
 * A diff as JSON: the keys of a single comparison (`experiment`, `metrics`, `flips`, `paired`, …) are at the top level; several are
 * in `comparisons`.
 */
export function diffJson({ comparisons, ...rest }: Diff): unknown {
  const [only, ...others] = comparisons;
  return others.length === 0 ? { ...rest, ...only } : { ...rest, comparisons };
}
