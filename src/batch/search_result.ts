import { keyPath } from "../experiment/override.ts";
import type { SearchAxis } from "../experiment/search_axes.ts";
import type { SearchFile } from "../experiment/search_file.ts";
import { isNoBetterThanMajority } from "../results/diagnosis.ts";
import type { CompleteMetrics } from "../results/metrics_file.ts";
import type { SearchedKey, SearchRecord } from "../results/run_files.ts";
import { SEARCH_FORMAT } from "../results/search_record.ts";
import { metricValue } from "../results/summary.ts";
import { METRIC_KEYS, type Trial } from "../search/trial.ts";
import { edgeWarnings, seedsWarning } from "../search/warnings.ts";
import { type PlannedRun, plannedRun, type PlannedSearch } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** What a search has tried so far, as it is written. */
export function recordOf(
  { method, metric, seed, budget, axes }: SearchFile,
  trials: readonly Trial[],
): SearchRecord {
  return {
    format: SEARCH_FORMAT,
    method,
    metric,
    seed,
    budget,
    space: axes.map(searchedKey),
    trials: trials.map(({ configuration, rungs, failure }) => ({
      variant: configuration.variant,
      settings: configuration.settings,
      content_hash: configuration.contentHash,
      steps: configuration.steps,
      rungs,
      ...(failure !== undefined && { failure }),
    })),
  };
}

function searchedKey(axis: SearchAxis): SearchedKey {
  const { key } = axis;
  if (axis.kind === "choice") return { key, values: axis.values.map(({ value }) => value) };
  return { key, from: axis.from, to: axis.to, scale: axis.isLog ? "log" : "linear" };
}

/**
 * The runs of the best configuration: its own, and those with fresh seeds.
 *
 * @param settings the searched keys with the best values
 * @param results the folder of all results
 */
export function finalRuns(
  { search, file }: PlannedSearch,
  settings: Readonly<Record<string, unknown>>,
  results: string,
): [PlannedRun, ...PlannedRun[]] {
  const values = search.axes.map(({ key }) => ({ path: keyPath(key), value: settings[key] }));
  const run = (seed?: number) => plannedRun(search.variant(values, seed), file, results);
  return [run(), ...search.freshSeeds.map(run)];
}

/**
 * A record with how the best configuration did with fresh seeds, and what makes the outcome doubtful.
 *
 * @param fresh the outcomes of its runs, in the order of the seeds
 */
export async function judged(
  search: SearchFile,
  record: SearchRecord & { readonly best: number },
  fresh: readonly (BatchOutcome | undefined)[],
): Promise<SearchRecord> {
  // The quantiles of t take an eighth of a command's start to load.
  const { spreadOf } = await import("../results/summarize.ts");
  const complete = fresh.flatMap((outcome) =>
    outcome !== undefined && "metrics" in outcome ? [outcome.metrics] : []
  );
  const best = record.trials[record.best]!;
  const values = (part: "validation" | "test") =>
    complete.flatMap((metrics) => partValue(metrics, part, search) ?? []);
  const [validation, test] = [values("validation"), values("test")];
  const rivals = record.trials.flatMap(({ rungs, failure }) => {
    const rung = failure === undefined ? rungs[best.rungs.length - 1] : undefined;
    return rung === undefined ? [] : [rung.value];
  });
  const isWhole = complete.length === fresh.length && validation.length === complete.length &&
    test.length === complete.length;
  return {
    ...record,
    ...(isWhole && {
      fresh: { seeds: search.freshSeeds, validation: spreadOf(validation), test: spreadOf(test) },
    }),
    warnings: [
      ...edgeWarnings(search.axes, best.settings),
      ...seedsWarning(validation, rivals),
      ...(complete.length > 0 && complete.every(hasLearnedNothing)
        ? [{ kind: "nothing_learned" } as const]
        : []),
    ],
  };
}

/** Whether a run is no better on its validation set than always predicting that set's most frequent class. */
function hasLearnedNothing({ validation }: CompleteMetrics): boolean {
  return validation !== undefined && isNoBetterThanMajority(validation);
}

function partValue(
  metrics: CompleteMetrics,
  part: "validation" | "test",
  { metric }: SearchFile,
): number | undefined {
  const found = metrics[part];
  if (found === undefined) return undefined;
  // Classes by likelihood have the perplexity of their texts apart from the metrics of classes.
  const ofTexts = metric === "perplexity" && "target" in found ? found.target?.perplexity.value : undefined;
  return ofTexts ?? metricValue(found, METRIC_KEYS[metric]);
}
