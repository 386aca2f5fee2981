import { InputError, terminalMessage } from "../base/errors.ts";
import { DrawnRuns } from "../batch/drawn_runs.ts";
import type { PlannedRun, PlannedSearch } from "../batch/plan.ts";
import type { BatchOutcome } from "../batch/run_planned.ts";
import { type FinishedSearch, runSearch, type SearchHost } from "../batch/run_search.ts";
import { finalRuns } from "../batch/search_result.ts";
import type { SearchRecord } from "../results/run_files.ts";
import { readSearchRecord } from "../results/search_record.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { Interrupted } from "../training/training_error.ts";

/** What came of the searches of a batch. */
export interface SearchesEnded {
  readonly finished: readonly FinishedSearch[];
  /** The errors of those that failed, which have been reported. */
  readonly failed: readonly unknown[];
  readonly isInterrupted: boolean;
}

/**
 * Draws the first configurations of searches, before anything is run.
 *
 * @throws {InputError} where one of them is impossible, a budget pays for no run, or there are more runs than are executed unasked
 */
export async function checkSearches(
  searches: readonly PlannedSearch[],
  results: string,
  resources: ResourceCache,
  mostUnasked: number,
): Promise<void> {
  for (const planned of searches) {
    const { configurations } = await new DrawnRuns(planned, results, resources).firstRound();
    if (configurations.length > mostUnasked) {
      throw new InputError(
        `the search of ${planned.search.name} would try ${configurations.length} configurations: more than ${mostUnasked} need --yes, or lower 'search.budget'`,
      );
    }
  }
}

/** Searches one after the other; one that fails does not stop the others. */
export async function runSearches(
  searches: readonly PlannedSearch[],
  host: SearchHost,
): Promise<SearchesEnded> {
  const finished: FinishedSearch[] = [];
  const failed: unknown[] = [];
  for (const planned of searches) {
    if (host.signal.aborted) return { finished, failed, isInterrupted: true };
    try {
      finished.push(await runSearch(planned, host));
    } catch (error) {
      if (error instanceof Interrupted) return { finished, failed, isInterrupted: true };
      failed.push(error);
      host.log(`error: ${planned.search.name}: ${terminalMessage(error)}`);
    }
  }
  return { finished, failed, isInterrupted: host.signal.aborted };
}

/** A search whose best configuration is known, from its files. */
export interface FoundSearch {
  readonly planned: PlannedSearch;
  readonly record: SearchRecord;
  /** The runs of the best configuration with fresh seeds. */
  readonly runs: readonly PlannedRun[];
}

/** The searches that have ended, of some. @param results the folder of all results */
export async function foundSearches(
  searches: readonly PlannedSearch[],
  results: string,
): Promise<FoundSearch[]> {
  const found: FoundSearch[] = [];
  for (const planned of searches) {
    const record = await readSearchRecord(planned.folder);
    const best = record?.best === undefined ? undefined : record.trials[record.best];
    if (record === undefined || best === undefined) continue;
    const [, ...runs] = finalRuns(planned, best.settings, results);
    found.push({ planned, record, runs });
  }
  return found;
}

/** The outcomes of the best configurations of searches, by their runs. */
export function outcomesOf(finished: readonly FinishedSearch[]): Map<PlannedRun, BatchOutcome> {
  return new Map(finished.flatMap(({ outcomes }) => [...outcomes]));
}

/** The records of searches by the names of their experiments. */
export function recordsOf(found: readonly FoundSearch[]): Map<string, SearchRecord> {
  return new Map(found.map(({ planned, record }) => [planned.search.name, record]));
}
