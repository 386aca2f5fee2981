import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import type { ForeignComparison, ForeignDiff, ForeignMetric } from "./foreign_diff.ts";
import type { ForeignSide } from "./foreign_side.ts";
import { foreignCells, foreignValueText } from "./foreign_wording.ts";
import { caseOf, type GateCase } from "./junit.ts";

/**
 * The metrics that may fail a gate: those that are named, or else all with a better direction.
 *
 * @throws {InputError} naming one that was not compared, or of which it is not known what is better
 */
export function foreignGate({ comparisons }: ForeignDiff, named: readonly string[] | undefined): string[] {
  const all = comparisons.flatMap(({ metrics }) => Object.entries(metrics));
  const judged = new Set(all.filter(([, { better }]) => better !== null).map(([name]) => name));
  const wrong = named?.find((name) => !judged.has(name));
  if (wrong === undefined) return [...named ?? judged];
  const why = all.some(([name]) => name === wrong)
    ? "it is not known whether higher values of it are better (lm-evaluation-harness says so in results_<date>.json)"
    : "these results have no such metric";
  throw new InputError(`--gate ${wrong}: ${why}: choose among ${[...judged].join(", ") || "none"}`);
}

/** What got worse of a gate's metrics, with both sides' values: `exact_match of task (80.0% to 60.0%)`. */
export function foreignRegressions(diff: ForeignDiff, gate: readonly string[]): string[] {
  return gated(diff, gate).flatMap(({ variant, name, metric }) =>
    metric.verdict === "worse"
      ? [
        `${name}${variant === "" ? "" : ` of ${variant}`} (${foreignValueText(metric, metric.a)} to ${
          foreignValueText(metric, metric.b)
        })`,
      ]
      : []
  );
}

/** A test case for each metric of the gate, in each comparison. */
export function foreignGateCases(diff: ForeignDiff, gate: readonly string[]): GateCase[] {
  return gated(diff, gate).map(({ variant, name, metric }) => {
    const [, a, b, difference, interval, , adjusted] = foreignCells(name, metric);
    return caseOf(variant, name, [a, b, difference, interval, adjusted], metric);
  });
}

interface Gated {
  readonly variant: string;
  readonly name: string;
  readonly metric: ForeignMetric;
}

function gated({ comparisons }: ForeignDiff, gate: readonly string[]): Gated[] {
  return comparisons.flatMap(({ variant, metrics }) =>
    Object.entries(metrics).filter(([name]) => gate.includes(name)).map(([name, metric]) => ({
      variant,
      name,
      metric,
    }))
  );
}

/**
 * What a comparison lacks, a line each: evaluations that are not whole, variants, examples and metrics that one side has and the other has
 * not, and values that are known on one side only.
 */
export function foreignMissing(
  diff: ForeignDiff,
  a: ForeignSide,
  b: ForeignSide,
): string[] {
  const unfinished = ([["A", a], ["B", b]] as const).flatMap(([name, { evaluations }]) =>
    evaluations.flatMap(({ file, unfinished }) =>
      unfinished === undefined
        ? []
        : [`${name} has an evaluation that is not complete: ${file}: ${unfinished}`]
    )
  );
  return [
    ...unfinished,
    ...diff.variantsOnlyInB.map((variant) => `A lacks ${variant} of B`),
    ...diff.variantsOnlyInA.map((variant) => `B lacks ${variant} of A`),
    ...diff.comparisons.flatMap(missingIn),
  ];
}

function missingIn(
  { variant, onlyInA, onlyInB, metricsOnlyInA, metricsOnlyInB, metricsUnknown, metrics }: ForeignComparison,
): string[] {
  const where = variant === "" ? "" : ` in ${variant}`;
  const lacks = (side: string, other: string, examples: number, names: readonly string[]) => [
    ...(examples === 0 ? [] : [`${side} lacks ${counted(examples, "example")} of ${other}${where}`]),
    ...(names.length === 0 ? [] : [`${side} lacks the metrics ${names.join(", ")} of ${other}${where}`]),
  ];
  const unknown = Object.entries(metrics).flatMap(([name, { unknownInA, unknownInB }]) =>
    ([["A", unknownInA], ["B", unknownInB]] as const).flatMap(([side, count]) =>
      count === 0 ? [] : [`${name} is not known for ${counted(count, "example")} of ${side}${where}`]
    )
  );
  return [
    ...lacks("A", "B", onlyInB, metricsOnlyInB),
    ...lacks("B", "A", onlyInA, metricsOnlyInA),
    ...metricsUnknown.map((name) => `${name} is known of no example on both sides${where}`),
    ...unknown,
  ];
}
