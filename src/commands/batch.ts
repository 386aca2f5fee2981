import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { type Override, parseOverrides } from "../experiment/override.ts";
import { taskIndex } from "../cluster/task_index.ts";
import { runsOfTask } from "../cluster/task_runs.ts";
import { refuseMultipliers } from "../experiment/sweep.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { Interrupted } from "../training/training_error.ts";
import { BatchDisplay } from "../terminal/batch_display.ts";
import { batchTables } from "../terminal/batch_tables.ts";
import { runsFailed } from "../terminal/exit_codes.ts";
import { fusedGroups } from "../batch/fuse.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { searchLines } from "../terminal/search_lines.ts";
import { summaryLines } from "../terminal/next_steps.ts";
import { runJson, runsJson } from "../terminal/runs_json.ts";
import { type Plan, planAll, type PlannedRun } from "../batch/plan.ts";
import type { BatchOutcome } from "../batch/run_planned.ts";
import { InProcessRunner } from "../batch/in_process_runner.ts";
import type { Runner } from "../batch/runner.ts";
import { WorkerRunner } from "../batch/worker_runner.ts";
import { isInputFault } from "../run/input_fault.ts";
import { ResourceCache } from "../run/resource_cache.ts";
import { type BatchJob, batchJobs, inSharingOrder } from "./batch_jobs.ts";
import { printPlan } from "./batch_plan.ts";
import { checkSearches, outcomesOf, recordsOf, runSearches } from "./batch_searches.ts";
import { chosenPlan } from "./chosen_plan.ts";
import type { FinishedSearch } from "../batch/run_search.ts";
import { summaryWriters } from "../batch/summary_writers.ts";
import { refuseNewerSummaries, writeSummaries, type WrittenSummary } from "../batch/write_summaries.ts";
import type { BatchFlags } from "./batch_flags.ts";
import { RunReports } from "./report_runs.ts";
import { summarizeOnly } from "./summarize_only.ts";

/** The largest number of runs that are executed without `--yes`. */
const MOST_UNASKED = 1000;

/**
 * `softprompt batch`: executes all runs that experiment files ask for, and summarizes them. Runs that can share sessions follow
 * each other, or have their steps fused where that is faster; complete runs are kept, interrupted ones resume, and a failed
 * run does not stop the others.
 *
 * @param args files, folders and patterns
 * @throws {InputError} on files that are missing or wrong, and where a newer version wrote their summaries; all are checked before the
 *   first run
 * @throws {BatchFailed} at the end, where a run has failed; an `InputError` where the input is at fault in all that failed
 */
export async function batch(args: readonly string[], flags: BatchFlags, io: CommandIo): Promise<void> {
  if (flags.plan !== undefined && flags.shard !== "auto" && flags.shard !== "last") {
    throw new InputError(
      `--plan ${flags.plan} is for tasks of a plan: add --shard auto, or leave --plan out`,
    );
  }
  const overrides = parseOverrides(flags.overrides);
  refuseMultipliers(overrides);
  const resources = new ResourceCache({ reporter: terminalDownloads(io), keepsSessions: true });
  const plan = await planOf(args, flags, overrides, resources);
  const { runs, searches } = chosenPlan(plan, flags);
  if (runs.length > MOST_UNASKED && !flags.yes && !flags.dryRun) {
    throw new InputError(
      `these are ${runs.length} runs: more than ${MOST_UNASKED} need --yes, or choose some by --only or --shard`,
    );
  }
  if (flags.dryRun) return await printPlan({ runs, searches }, flags, resources, io);
  const estimated = await batchJobs(plan.runs, flags, resources, io.progress);
  await refuseNewerSummaries(estimated, flags.results);
  if (flags.summarize) return await summarizeOnly(estimated, plan.searches, flags, resources, io);
  await checkSearches(searches, flags.results, resources, flags.yes ? Infinity : MOST_UNASKED);
  const areChosen = new Set(runs);
  const asked = estimated.filter(({ run }) => areChosen.has(run));
  const ensembles = asked.filter(({ run }) => run.ensembleRuns !== undefined);
  const single = inSharingOrder(asked.filter(({ run }) => run.ensembleRuns === undefined));
  const jobs = [...single, ...ensembles];
  if (jobs.length > 1 || searches.length > 0) await summaryWriters();
  const reports = new RunReports(flags.reportTo, flags.results, (line) => display.log(line));
  const display = new BatchDisplay(jobs.length, jobs.reduce((sum, { work }) => sum + work, 0), io);
  const { outcomes, isInterrupted, searched } = await untilInterrupted(io, async (signal) => {
    const outcomes = new Map<PlannedRun, BatchOutcome>();
    const runners = runnersFor(flags, searches.length > 0 ? Infinity : jobs.length, resources, signal);
    await work(single, runners, flags, display, reports, signal, outcomes);
    const byPath = new Map(estimated.map((job) => [job.run.path, job]));
    const ready: BatchJob[] = [];
    for (const job of ensembles) {
      if (isReady(job.run, byPath, outcomes)) ready.push(job);
      else {
        display.log(
          `${job.run.title} is skipped: its prompts must be among these runs or be tuned already`,
        );
      }
    }
    await work(ready, runners, flags, display, reports, signal, outcomes);
    display.stop();
    const isStopped = flags.failFast && [...outcomes.values()].some(({ kind }) => kind === "failed");
    const searched = await runSearches(isStopped ? [] : searches, {
      policy: flags,
      resources,
      signal,
      atOnce: flags.jobs,
      log: io.log,
      execute: async (asked, what, force) => {
        const policy = { ...flags, force, failFast: false };
        const jobs = inSharingOrder(await batchJobs(asked, policy, resources, io.progress));
        const display = new BatchDisplay(jobs.length, jobs.reduce((sum, { work }) => sum + work, 0), io);
        display.log(what);
        const outcomes = new Map<PlannedRun, BatchOutcome>();
        await work(jobs, runners, policy, display, reports, signal, outcomes);
        display.stop();
        return outcomes;
      },
    });
    for (const runner of runners) await runner.close();
    return {
      outcomes: new Map([...outcomes, ...outcomesOf(searched.finished)]),
      isInterrupted: signal.aborted,
      searched,
    };
  });
  const { finished } = searched;
  const ended = [...runs, ...finished.flatMap(({ own, fresh }) => [own, ...fresh])];
  if (!flags.json) { for (const line of batchTables(ended, outcomes, leftBy, io.columns())) io.print(line); }
  const summarized = finished.map(({ planned, record, fresh }) => ({ planned, record, runs: fresh }));
  // Of a task's part there is nothing to compare: what comes last summarizes all.
  const written = flags.shard === "auto" ? [] : await writeSummaries(
    [...estimated, ...summarized.flatMap(({ runs }) => runs.map((run) => ({ run, isComplete: false })))],
    outcomes,
    flags.results,
    recordsOf(summarized),
  );
  if (flags.json) io.print(batchJson(ended, outcomes, written, finished), "data");
  else {
    for (const { planned, record } of finished) {
      for (const line of searchLines(planned.search.name, record)) io.print(line);
    }
    for (const line of summaryLines(written)) io.print(line);
  }
  const kinds = ended.map((run) => outcomes.get(run)?.kind);
  if (
    searched.isInterrupted ||
    isInterrupted && kinds.some((kind) => kind === undefined || kind === "interrupted")
  ) {
    throw new Interrupted("the batch was interrupted: the same command resumes it");
  }
  const failed = ended.flatMap((run) => {
    const outcome = outcomes.get(run);
    return outcome?.kind === "failed" ? [outcome.isInputFault] : [];
  });
  const ofSearches = searched.failed.map(isInputFault);
  if (failed.length + ofSearches.length === 0) return;
  const what = failed.length > 0
    ? `${failed.length} of ${ended.length} runs failed`
    : `${ofSearches.length} of ${searches.length} searches failed`;
  throw runsFailed(what, [...failed, ...ofSearches]);
}

/** What the files ask for; of a task's part of what was planned, its runs alone. */
async function planOf(
  args: readonly string[],
  { results, shard, plan: file }: BatchFlags,
  overrides: readonly Override[],
  resources: ResourceCache,
): Promise<Plan> {
  const plan = await planAll(args, results, overrides);
  if (shard !== "auto") return plan;
  const index = taskIndex((name) => Deno.env.get(name));
  return { ...plan, runs: await runsOfTask(plan.runs, results, index, resources, file) };
}

/** How the runs of a batch ended, and what was written of all together. */
function batchJson(
  ended: readonly PlannedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
  written: readonly WrittenSummary[],
  finished: readonly FinishedSearch[],
): string {
  const runs = ended.map((run) => runJson(run.title, run.path, outcomes.get(run) ?? { kind: "not started" }));
  const searches = finished.map(({ planned: { search: { name } }, record }) => ({
    experiment: name,
    ...record,
  }));
  const summaries = written.map(({ page }) => page);
  return runsJson(runs, { summaries, ...(searches.length > 0 && { searches }) });
}

/** Whether the prompts of an ensemble are tuned, or will be by this batch. */
function isReady(
  { ensembleRuns = [] }: PlannedRun,
  byPath: ReadonlyMap<string, BatchJob>,
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
): boolean {
  return ensembleRuns.every((path) => {
    const job = byPath.get(path);
    return job === undefined || job.isComplete || outcomes.has(job.run);
  });
}

function runnersFor(
  { jobs }: BatchFlags,
  runs: number,
  resources: ResourceCache,
  signal: AbortSignal,
): Runner[] {
  if (jobs === 1) return [new InProcessRunner(resources, signal)];
  const threads = Math.max(1, Math.floor(navigator.hardwareConcurrency / jobs));
  const workers = Math.min(jobs, runs);
  return Array.from({ length: workers }, () => new WorkerRunner(threads, workers, signal));
}

/** Lets the runners execute all jobs and records their outcomes; jobs that another process is executing come last, and are waited for. */
async function work(
  jobs: readonly BatchJob[],
  runners: readonly Runner[],
  flags: BatchFlags,
  display: BatchDisplay,
  reports: RunReports,
  signal: AbortSignal,
  outcomes: Map<PlannedRun, BatchOutcome>,
): Promise<void> {
  const { results, force, selfCheck, replay, history } = flags;
  const first = fusedGroups(jobs);
  const locked: BatchJob[][] = [];
  const isOver = () =>
    signal.aborted || flags.failFast && [...outcomes.values()].some(({ kind }) => kind === "failed");
  const employ = async (runner: Runner) => {
    for (;;) {
      const queue = first.length > 0 ? first : locked;
      const group = isOver() ? undefined : queue.shift();
      if (group === undefined) break;
      const started = performance.now();
      const ifLocked = queue === first ? "leave" : "wait";
      if (group.length > 1) {
        display.log(`${group.length} runs with fused steps: ${group[0]!.run.title}, …`);
      }
      const ended = await runner.run(
        group.map(({ run }) => run),
        { results, force, selfCheck, replay, history, ifLocked },
        group.map(({ run, work, tuningShare }) => display.progress(run.title, work, tuningShare)),
      );
      for (const [i, outcome] of ended.entries()) {
        const job = group[i]!;
        const { run, work } = job;
        if (outcome.kind === "locked") locked.push([job]);
        else {
          outcomes.set(run, outcome);
          display.end(run.title, work, outcome, (performance.now() - started) / 1000);
          if (outcome.kind === "complete" || outcome.kind === "kept") await reports.report(run.path);
        }
      }
    }
  };
  await allDone(runners.map(employ));
}

/** The folder of an incomplete run; `undefined` where it could not be written. */
function leftBy({ path }: PlannedRun): string | undefined {
  const partial = partialPath(path);
  try {
    Deno.statSync(partial);
    return partial;
  } catch {
    return undefined;
  }
}
