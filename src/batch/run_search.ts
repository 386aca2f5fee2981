import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { dropCheckpoints } from "../results/checkpoint_files.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import type { SearchRecord, SearchRung, SearchTrial } from "../results/run_files.ts";
import { readSearchRecord, writeSearchRecord } from "../results/search_record.ts";
import type { RunPolicy } from "../run/context.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { type AskedRun, type MeasuredRun, Search, type SearchTools } from "../search/search.ts";
import { bestTrial } from "../search/trial.ts";
import { Interrupted, TrainingError } from "../training/training_error.ts";
import { type DrawnRun, DrawnRuns, placed } from "./drawn_runs.ts";
import type { PlannedRun, PlannedSearch } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";
import { finalRuns, judged, recordOf } from "./search_result.ts";

/** What a search makes its runs with. */
export interface SearchHost {
  readonly policy: Pick<RunPolicy, "results" | "force">;
  readonly resources: ResourceCache;
  readonly signal: AbortSignal;
  /** The number of runs that are executed at the same time. */
  readonly atOnce: number;
  readonly log: (line: string) => void;
  /**
   * Executes some runs. A failure is an outcome.
   *
   * @param what they are, for who looks on
   * @param force whether results that exist already are replaced
   */
  execute(
    runs: readonly PlannedRun[],
    what: string,
    force: boolean,
  ): Promise<ReadonlyMap<PlannedRun, BatchOutcome>>;
}

/** A search that has ended. */
export interface FinishedSearch {
  readonly planned: PlannedSearch;
  readonly record: SearchRecord;
  /** The best configuration: its own run, … */
  readonly own: PlannedRun;
  /** … and those with fresh seeds. */
  readonly fresh: readonly PlannedRun[];
  /** The outcomes of those that were started. */
  readonly outcomes: ReadonlyMap<PlannedRun, BatchOutcome>;
}

/**
 * Searches, and runs the best configuration to the end and with fresh seeds. Only these see the test set. What was tried before by the same
 * search is taken over from `search.json`, and begun runs go on from their checkpoints.
 *
 * @throws {ExperimentError} where the budget or a configuration is impossible, with its place in the file
 * @throws {TrainingError | InputError} where no configuration could be tuned: an `InputError` where the input is at fault in all of them
 * @throws {Interrupted} when the signal aborts
 */
export async function runSearch(planned: PlannedSearch, host: SearchHost): Promise<FinishedSearch> {
  const { search } = planned;
  const { policy: { results }, signal, log } = host;
  const onWait = () => log(`${search.name}: another softprompt process is searching, waiting for it to end`);
  const lock = await Lock.take(lockPath(results, `${search.name} search`), { onWait, log, signal });
  if (lock === undefined) throw new Interrupted(`interrupted before the search of ${search.name}`);
  try {
    return await lockedSearch(planned, host);
  } finally {
    lock.release();
  }
}

async function lockedSearch(planned: PlannedSearch, host: SearchHost): Promise<FinishedSearch> {
  const { search, folder } = planned;
  const { policy: { results, force }, log } = host;
  const before = force ? undefined : await recordBefore(folder, log);
  const tools = new RunTools(planned, host, before);
  const trials = await placed(planned, () => new Search(search, search.metric, tools).run());
  const best = bestTrial(trials, search.metric);
  if (best === undefined) {
    const why = trials.find(({ failure }) => failure !== undefined)?.failure;
    const what = `${search.name}: none of ${trials.length} configurations could be tuned: ${why}`;
    throw tools.areInputFaults ? new InputError(what) : new TrainingError(what);
  }
  const record = { ...recordOf(search, trials), best: trials.indexOf(best) };
  await writeSearchRecord(folder, record);
  const [own, ...fresh] = finalRuns(planned, best.configuration.settings, results);
  const outcomes = new Map([
    ...await host.execute([own], `${search.name}: the best configuration, ${own.variant}, to the end`, false),
    ...await host.execute(
      fresh,
      `${search.name}: the same with ${counted(fresh.length, "fresh seed")}`,
      force,
    ),
  ]);
  const whole = await judged(search, record, fresh.map((run) => outcomes.get(run)));
  await writeSearchRecord(folder, whole);
  return { planned, record: whole, own, fresh, outcomes };
}

/** What the search has tried before; a damaged file is reported: the runs themselves are still there. */
async function recordBefore(folder: string, log: (line: string) => void): Promise<SearchRecord | undefined> {
  try {
    return await readSearchRecord(folder);
  } catch (error) {
    if (!(error instanceof DamagedRun)) throw error;
    log(`warning: ${error.reason.text}: what the search has tried is read from its runs again`);
    return undefined;
  }
}

/** Makes the runs of a search. */
class RunTools implements SearchTools<DrawnRun> {
  readonly next: () => Promise<DrawnRun | undefined>;
  readonly atOnce: number;
  /** Whether the input was at fault in every failure so far. */
  areInputFaults = true;
  private readonly before: ReadonlyMap<string, SearchTrial>;

  constructor(
    private readonly planned: PlannedSearch,
    private readonly host: SearchHost,
    before: SearchRecord | undefined,
  ) {
    const { policy: { results }, resources, atOnce } = host;
    this.next = new DrawnRuns(planned, results, resources).next;
    this.atOnce = atOnce;
    // Values of another metric are none of this one's.
    const known = before?.metric === planned.search.metric ? before.trials : [];
    this.before = new Map(known.map((trial) => [trial.content_hash, trial]));
  }

  known({ contentHash }: DrawnRun, step: number): SearchRung | undefined {
    return this.before.get(contentHash)?.rungs.find((rung) => rung.step === step);
  }

  async tune(asked: readonly AskedRun<DrawnRun>[], rung: number): Promise<readonly MeasuredRun[]> {
    const { host, planned: { search } } = this;
    const runs = asked.map(({ configuration, stopAfter }) => ({ ...configuration.run, stopAfter }));
    const steps = [...new Set(asked.map(({ stopAfter }) => stopAfter))].sort((a, b) => a - b);
    const what = `${search.name}: ${counted(runs.length, "configuration")} up to step ${steps.join(" or ")}`;
    const outcomes = await host.execute(runs, what, host.policy.force && rung === 0);
    return runs.map((run) => {
      const outcome = outcomes.get(run);
      if (outcome?.kind === "stopped") return outcome;
      if (outcome?.kind === "failed") {
        this.areInputFaults &&= outcome.isInputFault;
        return { failure: outcome.shared };
      }
      throw new Interrupted(`the search of ${search.name} was interrupted: the same command goes on with it`);
    });
  }

  async keep(trials: Parameters<SearchTools<DrawnRun>["keep"]>[0]): Promise<void> {
    await writeSearchRecord(this.planned.folder, recordOf(this.planned.search, trials));
  }

  async endTrials(lost: readonly DrawnRun[]): Promise<void> {
    for (const { run } of lost) await dropCheckpoints(partialPath(run.path));
  }
}
