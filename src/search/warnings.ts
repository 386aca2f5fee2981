import { sampleStandardDeviation } from "simple-statistics";
import { keyPath } from "../experiment/override.ts";
import type { SearchAxis } from "../experiment/search_axes.ts";
import { partAt } from "../experiment/schema_part.ts";
import type { ChoiceWarning } from "../results/run_files.ts";

/** The share of a range, at each of its ends, that counts as its edge. */
const EDGE = 0.05;

/** The best values that lie at an edge of what was searched, where the schema allows values beyond. */
export function edgeWarnings(
  axes: readonly SearchAxis[],
  settings: Readonly<Record<string, unknown>>,
): ChoiceWarning[] {
  return axes.flatMap((axis): ChoiceWarning[] => {
    const value = settings[axis.key];
    const span = spanOf(axis);
    if (typeof value !== "number" || span === undefined) return [];
    const { minimum, maximum } = partAt(keyPath(axis.key)) ?? {};
    const scaled = (one: number) => axis.kind === "range" && axis.isLog ? Math.log(one) : one;
    const share = (scaled(value) - scaled(span.from)) / (scaled(span.to) - scaled(span.from));
    const isAtEdge = share <= EDGE && span.from !== minimum || share >= 1 - EDGE && span.to !== maximum;
    return isAtEdge ? [{ kind: "edge", key: axis.key, value }] : [];
  });
}

/** The ends of a range, or of a list of at least three numbers. */
function spanOf(axis: SearchAxis): { readonly from: number; readonly to: number } | undefined {
  if (axis.kind === "range") return axis;
  const numbers = axis.values.flatMap(({ value }) => typeof value === "number" ? [value] : []);
  if (numbers.length < 3 || numbers.length < axis.values.length) return undefined;
  return { from: Math.min(...numbers), to: Math.max(...numbers) };
}

/**
 * Whether fresh seeds of the best configuration differ by more than the configurations that it was chosen from.
 *
 * @param seeds the metric of each of them
 * @param configurations the metric of each that came as far as the best one
 */
export function seedsWarning(
  seeds: readonly number[],
  configurations: readonly number[],
): ChoiceWarning[] {
  if (seeds.length < 2 || configurations.length < 2) return [];
  const sd_of_seeds = sampleStandardDeviation([...seeds]);
  const sd_of_configurations = sampleStandardDeviation([...configurations]);
  return sd_of_seeds > sd_of_configurations
    ? [{ kind: "seeds_differ_more", sd_of_seeds, sd_of_configurations }]
    : [];
}
