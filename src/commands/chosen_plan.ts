import { InputError } from "../base/errors.ts";
import type { Plan, PlannedRun } from "../batch/plan.ts";
import { matcher } from "../results/matching.ts";
import type { BatchFlags } from "./batch_flags.ts";

/**
 * What the flags select: of searches whole ones, by the names of their experiments.
 *
 * @throws {InputError} where that is nothing, or a part of a search
 */
export function chosenPlan(
  { runs: all, searches: allSearches }: Plan,
  { only, shard }: Pick<BatchFlags, "only" | "shard">,
): Plan {
  const matches = only === undefined ? () => true : matcher(only);
  const matching = all.filter(({ title }) => matches(title));
  const searches = allSearches.filter(({ search }) => matches(search.name));
  if (matching.length === 0 && searches.length === 0) {
    const titles = [...all.map(({ title }) => title), ...allSearches.map(({ search }) => search.name)];
    throw new InputError(
      `--only ${only} matches none of the ${titles.length} runs (${titles.slice(0, 3).join(", ")}, …)`,
    );
  }
  const [search] = searches;
  if (shard !== undefined && search !== undefined) {
    throw new InputError(
      `${search.file} asks for a search, which cannot be divided: leave --shard out, or search in a batch of its own`,
    );
  }
  return { runs: partOf(matching, shard), searches };
}

/** A part of some runs; what comes last are ensembles, whose prompts the other runs tune. A task's part has been found already. */
function partOf(runs: readonly PlannedRun[], shard: BatchFlags["shard"]): readonly PlannedRun[] {
  if (shard === undefined || shard === "auto") return runs;
  if (shard === "last") return runs.filter(({ ensembleRuns }) => ensembleRuns !== undefined);
  return runs.filter((_, i) => i % shard.count === shard.index - 1);
}
