import { join, relative } from "@std/path";
import type { Experiment } from "../experiment/types.ts";
import { Lock } from "../disk/lock.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { readEnvironment, readFinished } from "../results/read_run.ts";
import { RunFolder } from "../results/run_folder.ts";
import { Interrupted } from "../training/trainer.ts";
import { withPlaces } from "../experiment/experiment_file.ts";
import { prepare } from "./prepare.ts";
import { runInto } from "./run_into.ts";
import type { RunOptions } from "./context.ts";

/** How a run came out that did not fail: run now, complete before, or left to another program. */
export type RunOutcome =
  | { readonly kind: "complete" | "kept"; readonly metrics: MetricsFile }
  | { readonly kind: "locked" };

/**
 * Runs one experiment, from its parsed file to its results. The run is locked meanwhile: another program that comes to it
 * waits, or leaves it alone.
 *
 * @throws {Interrupted} when the signal aborts
 */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<RunOutcome> {
  const { title, signal, progress, ifLocked } = options;
  if (signal.aborted) throw new Interrupted(`interrupted before ${title}`);
  const file: string = lockFile(options);
  const wait = () => progress.log(`${title}: another softprompt is at work on it, waiting for it to end`);
  const lock = ifLocked === "wait" ? await Lock.take(file, wait, signal) : await Lock.tryTake(file);
  if (lock === undefined) {
    if (signal.aborted) throw new Interrupted(`interrupted before ${title}`);
    return { kind: "locked" };
  }
  try {
    return await runLocked(experiment, options);
  } finally {
    lock.release();
  }
}

function lockFile({ results, path }: RunOptions): string {
  return join(results, ".locks", `${encodeURIComponent(relative(results, path))}.lock`);
}

async function runLocked(experiment: Experiment, options: RunOptions): Promise<RunOutcome> {
  const { path, force, title, progress, resources, slot } = options;
  let folder: RunFolder | undefined;
  try {
    await RunFolder.recover(path);
    const finished = force ? undefined : await readFinished(path);
    if (force) await readEnvironment(path);
    const prepared = await withPlaces(
      options,
      () => prepare(experiment, options.file, resources, options.members),
    );
    if (finished !== undefined && finished.contentHash === prepared.contentHash) {
      return { kind: "kept", metrics: finished.metrics };
    }
    const begun = folder = await RunFolder.begin(path, prepared.contentHash, prepared.experiment, force);
    const metrics = await withPlaces(options, () => runInto(begun, prepared, options));
    return { kind: "complete", metrics };
  } catch (error) {
    const status = error instanceof Interrupted ? "interrupted" : "failed";
    const message = error instanceof Error ? error.message : String(error);
    // The error itself says more than that it could not be noted down.
    const note = folder?.fail(status, message) ?? RunFolder.failedBefore(path, experiment, message);
    await note.catch(() => {});
    // A session that broke must not break the runs after this one; those beside it still use it.
    if (!slot) await resources.release().catch(() => {});
    if (folder?.hasCheckpoint) {
      const hint = status === "interrupted" ? ": the same command goes on from it" : "";
      progress.log(`${title}: the last good checkpoint is in ${folder.partialPath}${hint}`);
    }
    throw error;
  } finally {
    await resources.endRun();
  }
}
