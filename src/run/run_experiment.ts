import { relative } from "@std/path";
import { unlessAborted } from "../base/yielder.ts";
import { sharedMessage } from "../base/errors.ts";
import { DeviceError } from "../device/device.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import type { CompleteMetrics } from "../results/metrics_file.ts";
import { checkWhole } from "../results/check_whole.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { type FinishedRun, isSameContent, readFinished } from "../results/read_run.ts";
import { readHistory } from "../results/history_file.ts";
import { RunFolder } from "../results/run_folder.ts";
import { RunHistory } from "../results/run_history.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { Interrupted, Stopped } from "../training/training_error.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { prepare } from "./prepare.ts";
import type { RunContext, RunHost, RunRequest } from "./context.ts";
import type { ProgressReporter } from "./progress.ts";
import { writtenExperiment } from "./written_experiment.ts";

/** The outcome of a run that did not fail: run now, complete before, stopped where it was asked to, or left to another process. */
export type RunOutcome =
  | { readonly kind: "complete" | "kept"; readonly metrics: CompleteMetrics }
  | StoppedRun
  | { readonly kind: "locked" };

/** A run that stopped where it was asked to. Plain data. */
export interface StoppedRun {
  readonly kind: "stopped";
  /** The lines of its history, with its validations; a run that went further before has more of them. */
  readonly history: readonly HistoryLine[];
  /** The time of its steps, with that of their validations. */
  readonly seconds: number;
}

/**
 * Runs one experiment, from its parsed file to its results. The run is locked meanwhile: another process that wants to run it
 * waits, or skips it.
 *
 * @param slot its slot among runs with fused steps
 * @throws {Interrupted} when the signal aborts
 */
export async function runExperiment(
  request: RunRequest,
  host: RunHost,
  progress: ProgressReporter,
  slot?: LockstepSlot,
): Promise<RunOutcome> {
  const { title, path } = request;
  const { signal, policy: { results, ifLocked } } = host;
  if (signal.aborted) throw new Interrupted(`interrupted before ${title}`);
  const file = lockPath(results, relative(results, path));
  const log = (line: string) => progress.log(line);
  const onWait = () =>
    progress.log(`${title}: another softprompt process is running it, waiting for it to end`);
  const lock = ifLocked === "wait"
    ? await Lock.take(file, { onWait, log, signal })
    : await Lock.tryTake(file, { log });
  if (lock === undefined) {
    if (signal.aborted) throw new Interrupted(`interrupted before ${title}`);
    return { kind: "locked" };
  }
  try {
    progress.begin(title);
    progress.reach({ stage: "reading", done: 0 });
    return await runLocked(request, host, progress, lock, slot);
  } finally {
    progress.end();
    lock.release();
  }
}

async function runLocked(
  request: RunRequest,
  host: RunHost,
  progress: ProgressReporter,
  lock: Lock,
  slot: LockstepSlot | undefined,
): Promise<RunOutcome> {
  const { title, path, experiment, stopAfter } = request;
  const { resources, signal, policy: { force, results } } = host;
  const history = host.policy.history
    ? new RunHistory(results, path, (line) => progress.log(`${title}: ${line}`))
    : undefined;
  const checkLock = () => lock.check();
  let folder: RunFolder | undefined;
  try {
    await RunFolder.recover(path, history?.retire);
    // Also with --force: what a newer version wrote is not replaced.
    const finished = await unlessDamaged(() => readFinished(path), request, progress);
    const reading = withPlaces(request, () => prepare(request, resources));
    const prepared = await unlessAborted(signal, reading);
    const isSame = !force && finished !== undefined && isSameContent(finished, prepared);
    const kept = isSame ? await unlessDamaged(() => whole(path, finished), request, progress) : undefined;
    const complete = kept ?? (force || isSame ? undefined : await history?.restore(prepared));
    if (complete !== undefined) {
      const { metrics } = complete;
      return stopAfter === undefined
        ? { kind: "kept", metrics }
        : { kind: "stopped", history: await readHistory(path), seconds: metrics.seconds };
    }
    // What compiles and tunes is loaded for runs that are not complete.
    const { runInto } = await import("./run_into.ts");
    const written = await writtenExperiment(prepared.experiment, request, results);
    folder = await RunFolder.begin(path, prepared, written, force, history?.retire, checkLock);
    const context: RunContext = { ...host, title, folder, written, progress, slot, stopAfter };
    return { kind: "complete", metrics: await withPlaces(request, () => runInto(prepared, context)) };
  } catch (error) {
    if (error instanceof Stopped && folder !== undefined) {
      await folder.fail("interrupted", error.message);
      return { kind: "stopped", history: await folder.history(), seconds: error.seconds };
    }
    const status = error instanceof Interrupted ? "interrupted" : "failed";
    const message = sharedMessage(error);
    // The original error matters more than the failure to record it.
    const note = folder?.fail(status, message) ??
      writtenExperiment(experiment, request, results)
        .then((written) => RunFolder.failedBefore(path, written, message, checkLock));
    await note.catch(() => {});
    // Failed sessions must not fail later runs; concurrent runs still use them.
    if (!slot) await resources.release();
    if (folder?.hasCheckpoint) {
      const resumes = status === "interrupted" || error instanceof DeviceError;
      const hint = resumes ? ": the same command resumes from it" : "";
      progress.log(`${title}: the last good checkpoint is in ${folder.partialPath}${hint}`);
    }
    throw error;
  }
}

/** What is read of an earlier run; `undefined` where its files are damaged, which is reported: then it is run again. */
async function unlessDamaged<Result>(
  read: () => Promise<Result>,
  { title }: RunRequest,
  progress: ProgressReporter,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DamagedRun)) throw error;
    progress.log(`warning: ${title}: ${error.reason.text}: it is run again`);
    return undefined;
  }
}

async function whole(path: string, finished: FinishedRun): Promise<FinishedRun> {
  await checkWhole(path);
  return finished;
}
