import { keyPath } from "../experiment/override.ts";
import type { ChoiceAxis } from "../experiment/search_axes.ts";
import type { ChoiceWarning } from "../results/run_files.ts";
import { groupKey, metricValue, type RankedBy, type Summary } from "../results/summary.ts";
import { edgeWarnings, seedsWarning } from "./warnings.ts";

/** The least number of seeds whose differences say something. */
const SEEDS = 3;

/** What makes the choice of the best variant of a sweep doubtful. @param by the metric of the validation sets that it was chosen by */
export function sweepWarnings({ rows, groups, best }: Summary, by: RankedBy): ChoiceWarning[] {
  const chosen = best === null ? undefined : groups[best];
  if (chosen === undefined || groups.length < 2) return [];
  const own = rows.filter((row) => groupKey(row) === groupKey(chosen));
  const seeds = own.flatMap(({ metrics }) =>
    (metrics?.validation && metricValue(metrics.validation, by)) ?? []
  );
  const means = groups.flatMap(({ validation }) => validation?.[by]?.mean ?? []);
  return [
    ...edgeWarnings(axesOf(groups.map(({ settings }) => settings)), chosen.settings),
    ...(seeds.length >= SEEDS ? seedsWarning(seeds, means) : []),
  ];
}

/** The swept keys, each with the values that it has in some variant. */
function axesOf(all: readonly Readonly<Record<string, unknown>>[]): ChoiceAxis[] {
  const keys = new Set(all.flatMap((settings) => Object.keys(settings)));
  return [...keys].flatMap((key): ChoiceAxis[] => {
    const path = keyPath(key);
    const values = [...new Set(all.map((settings) => settings[key]))].map((value) => ({ path, value }));
    const [first] = values;
    return first === undefined ? [] : [{ kind: "choice", key, values, first }];
  });
}
