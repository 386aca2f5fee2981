import type { Throughput } from "../results/earlier_runs.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { costs } from "../search/round.ts";
import { rungSizes, rungSteps } from "../search/rungs.ts";
import { DrawnRuns } from "./drawn_runs.ts";
import { estimate } from "./estimate.ts";
import type { PlannedSearch } from "./plan.ts";

/** A part of what a search will do. */
export interface SearchStage {
  /** The rung, from 1; absent for the runs of the best configuration with fresh seeds. */
  readonly rung?: number;
  readonly runs: number;
  /** The step that they come to, of the configuration that comes furthest. */
  readonly toStep: number;
  /** All their steps, from the stage before; a mean over the configurations times their number. */
  readonly steps: number;
  /** Estimated from earlier runs; `undefined` where no earlier run is similar. */
  readonly seconds: number | undefined;
}

/** What a search will do, and how long that takes. */
export interface SearchEstimate {
  readonly planned: PlannedSearch;
  /** The number of rungs. */
  readonly rungs: number;
  /** Of a budget of time: those of one of its rounds. */
  readonly stages: readonly SearchStage[];
}

/**
 * Draws the first configurations of a search and estimates its cost.
 *
 * @param results the folder of all results
 * @param earlier how fast earlier runs went
 * @throws {InputError} where a configuration is impossible, or the budget pays for no run
 */
export async function estimateSearch(
  planned: PlannedSearch,
  results: string,
  resources: ResourceCache,
  earlier: readonly Throughput[],
): Promise<SearchEstimate> {
  const { configurations, rungs } = await new DrawnRuns(planned, results, resources).firstRound();
  const policy = { results, force: true, history: false };
  const seconds: (number | undefined)[] = [];
  for (const { run } of configurations) {
    seconds.push((await estimate(run, resources, policy, earlier)).seconds);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const known = seconds.every((one) => one !== undefined);
  const sizes = rungSizes(configurations.length, rungs);
  const stages = sizes.map((runs, i): SearchStage => {
    const steps = configurations.map((one) => costs(one, rungs, {})[i]!);
    const shares = configurations.map((one, at) => (seconds[at] ?? NaN) * steps[at]! / one.steps);
    return {
      rung: i + 1,
      runs,
      toStep: Math.max(...configurations.map((one) => rungSteps(one, rungs)[i]!)),
      steps: Math.round(runs * mean(steps)),
      seconds: known ? runs * mean(shares) : undefined,
    };
  });
  const { freshSeeds } = planned.search;
  const steps = configurations.map((one) => one.steps);
  const fresh: SearchStage = {
    runs: freshSeeds.length,
    toStep: Math.max(...steps),
    steps: Math.round(freshSeeds.length * mean(steps)),
    seconds: known ? freshSeeds.length * mean(seconds.map((one) => one ?? NaN)) : undefined,
  };
  return { planned, rungs, stages: [...stages, fresh] };
}
