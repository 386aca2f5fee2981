import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { mean, sampleStandardDeviation } from "simple-statistics";
import type {
  EnsembleRow,
  PartMetrics,
  Spread,
  Spreads,
  SummaryGroup,
  SummaryRow,
  TextPartMetrics,
} from "./run_files.ts";
import {
  groupKey,
  IS_HIGHER_RANKED_BETTER,
  metricValue,
  type RankedBy,
  type Summary,
  SUMMARY_FORMAT,
  SUMMARY_METRICS,
  withoutSeed,
} from "./summary.ts";

/** Summarizes runs. @param by the metric of the validation sets that the best variant is chosen by */
export function summarize(
  title: string,
  rows: readonly SummaryRow[],
  ensembles: readonly EnsembleRow[] = [],
  by: RankedBy = "accuracy",
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
function spreads(parts: readonly (PartMetrics | TextPartMetrics)[]): Spreads {
  const found = SUMMARY_METRICS.flatMap((metric) => {
    const values = parts.flatMap((part) => metricValue(part, metric) ?? []);
    return values.length === parts.length ? [[metric, spreadOf(values)] as const] : [];
  });
  return { ...Object.fromEntries(found), loss: spreadOf(parts.map(({ loss }) => loss)) };
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

function bestByValidation(groups: readonly SummaryGroup[], by: RankedBy): number | null {
  const [best] = rankedByValidation(groups, by);
  return best === undefined ? null : groups.indexOf(best);
}

/** A group whose runs have a validation set, with the metric that groups are compared by. */
export type RankedGroup = SummaryGroup & { readonly validation: NonNullable<SummaryGroup["validation"]> };

/**
 * The groups with a validation set that has the metric, the best one first.
 *
 * @param by the metric that they are compared by: of equal values, the lower loss is better
 */
export function rankedByValidation(
  groups: readonly SummaryGroup[],
  by: RankedBy,
): readonly RankedGroup[] {
  const sign = IS_HIGHER_RANKED_BETTER[by] ? -1 : 1;
  const mean = ({ validation }: RankedGroup) => validation[by]?.mean ?? NaN;
  return groups.filter((group): group is RankedGroup => group.validation?.[by] !== undefined)
    .toSorted((one, other) =>
      sign * (mean(one) - mean(other)) || one.validation.loss.mean - other.validation.loss.mean
    );
}
