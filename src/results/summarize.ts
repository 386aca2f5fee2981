import { byMetric, IS_HIGHER_BETTER, type JudgedMetric } from "../evaluation/metric_names.ts";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { mean, sampleStandardDeviation } from "simple-statistics";
import type { EnsembleRow, PartMetrics, Spread, Spreads, SummaryGroup, SummaryRow } from "./run_files.ts";
import { groupKey, metricValue, type Summary, SUMMARY_FORMAT, withoutSeed } from "./summary.ts";

/** Summarizes runs. @param by the metric of the validation sets that the best variant is chosen by */
export function summarize(
  title: string,
  rows: readonly SummaryRow[],
  ensembles: readonly EnsembleRow[] = [],
  by: JudgedMetric = "accuracy",
): Summary {
  const groups = groupBySeed(rows).flatMap((runs) => {
    const group = groupOf(runs);
    return group === undefined ? [] : [group];
  });
  return { format: SUMMARY_FORMAT, title, rows, groups, ensembles, best: bestByValidation(groups, by) };
}

function groupBySeed(rows: readonly SummaryRow[]): SummaryRow[][] {
  return [...Map.groupBy(rows, groupKey).values()];
}

/** `undefined` where no run of the group is complete. */
function groupOf(runs: readonly SummaryRow[]): SummaryGroup | undefined {
  const complete = runs.flatMap(({ metrics, seed }) => metrics === undefined ? [] : [{ metrics, seed }]);
  const [first] = runs;
  if (first === undefined || complete.length === 0) return undefined;
  const { experiment, settings } = first;
  const validations = complete.flatMap(({ metrics }) => metrics.validation ?? []);
  return {
    experiment,
    settings: withoutSeed(settings),
    seeds: complete.map(({ seed }) => seed),
    missing: runs.length - complete.length,
    test: spreads(complete.map(({ metrics }) => metrics.test)),
    validation: validations.length === complete.length ? spreads(validations) : null,
  };
}

/** The metrics that all of the parts have. */
function spreads(parts: readonly PartMetrics[]): Spreads {
  const { illegal_rate: illegal, ...others } = byMetric((metric) =>
    parts.flatMap((part) => metricValue(part, metric) ?? [])
  );
  return {
    accuracy: spreadOf(others.accuracy),
    macro_f1: spreadOf(others.macro_f1),
    loss: spreadOf(others.loss),
    expected_calibration_error: spreadOf(others.expected_calibration_error),
    ...(illegal.length === parts.length && { illegal_rate: spreadOf(illegal) }),
  };
}

/** A number over several runs, with the interval of its mean (Student 1908). */
export function spreadOf(values: readonly number[]): Spread {
  const all = [...values];
  const centre = mean(all);
  const count = all.length;
  if (count === 1) return { mean: centre, sd: null, interval: null };
  const sd = sampleStandardDeviation(all);
  const reach = tQuantile(0.975, count - 1) * sd / Math.sqrt(count);
  return { mean: centre, sd, interval: [centre - reach, centre + reach] };
}

function bestByValidation(groups: readonly SummaryGroup[], by: JudgedMetric): number | null {
  const [best] = rankedByValidation(groups, by);
  return best === undefined ? null : groups.indexOf(best);
}

/** A group whose runs have a validation set. */
export type RankedGroup = SummaryGroup & { readonly validation: NonNullable<SummaryGroup["validation"]> };

/**
 * The groups with a validation set, the best one first.
 *
 * @param by the metric that they are compared by: of equal values, the lower loss is better
 */
export function rankedByValidation(
  groups: readonly SummaryGroup[],
  by: JudgedMetric,
): readonly RankedGroup[] {
  const sign = IS_HIGHER_BETTER[by] ? -1 : 1;
  return groups.filter((group): group is RankedGroup => group.validation !== null)
    .toSorted(({ validation: one }, { validation: other }) =>
      sign * (one[by].mean - other[by].mean) || one.loss.mean - other.loss.mean
    );
}
