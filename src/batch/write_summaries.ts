import { basename, join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { sweepReport } from "../report/sweep_report.ts";
import { onDisk } from "../disk/on_disk.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import { readEnsemble, readMetrics, readRun, type RunRecord } from "../results/read_run.ts";
import { partialPath } from "../results/run_folder.ts";
import { type EnsembleRow, summarize, type SummaryRow } from "../results/summary.ts";
import { summaryCsv } from "../results/summary_csv.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** A run that the files ask for, and whether its results existed before. */
export interface RequestedRun {
  readonly run: PlannedRun;
  readonly isComplete: boolean;
}

/**
 * Summarizes a batch: `summary.csv`, `summary.json` and `summary.html` in the folder of each experiment of several runs, with
 * all its runs, including those that other processes executed; and in the results folder where the batch has several experiments.
 *
 * @param outcomes of the runs that this batch started
 * @returns the pages that were written
 */
export async function writeSummaries(
  asked: readonly RequestedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
  results: string,
): Promise<string[]> {
  const names = [...new Set(asked.map(({ run }) => run.experiment.name))];
  const written: string[] = [];
  for (const name of names) {
    const own = asked.filter(({ run }) => run.experiment.name === name);
    if (own.some(({ run }) => run.variant !== "")) {
      written.push(await writeSummary(results, join(results, name), name, own, outcomes));
    }
  }
  if (names.length > 1) {
    written.push(await writeSummary(results, results, basename(results), asked, outcomes));
  }
  return written;
}

async function writeSummary(
  results: string,
  folder: string,
  title: string,
  asked: readonly RequestedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
): Promise<string> {
  const rows: SummaryRow[] = [];
  const ensembles: EnsembleRow[] = [];
  const records = new Map<string, RunRecord>();
  for (const one of asked) {
    const row = await rowOf(one, outcomes.get(one.run), folder);
    const isComplete = row.status === "complete";
    if (isComplete) records.set(row.folder, await readRun(one.run.path));
    if (one.run.ensembleRuns === undefined) rows.push(row);
    else ensembles.push({ ...row, ...(isComplete && { ensemble: await readEnsemble(one.run.path) }) });
  }
  const summary = summarize(title, rows, ensembles);
  const page: string = join(folder, "summary.html");
  const html = await sweepReport(summary, records);
  await onDisk(folder, () => Deno.mkdir(folder, { recursive: true }));
  const lock = await Lock.take(lockPath(results, `${title} summary`), () => {});
  try {
    await writeWhole(join(folder, "summary.csv"), summaryCsv(summary));
    await writeWhole(page, html);
    // Written last: a folder with this file is the folder of a sweep.
    await writeWhole(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  } finally {
    lock?.release();
  }
  return page;
}

async function rowOf(
  { run, isComplete }: RequestedRun,
  outcome: BatchOutcome | undefined,
  folder: string,
): Promise<SummaryRow> {
  const { experiment, variant, settings, path } = run;
  const row = {
    experiment: experiment.name,
    variant,
    settings,
    seed: experiment.seed,
    folder: relative(folder, path),
  };
  const complete = outcome !== undefined && "metrics" in outcome
    ? outcome.metrics
    : outcome === undefined && isComplete
    ? (await readRun(path)).metrics
    : undefined;
  if (complete !== undefined) return { ...row, status: "complete", metrics: complete };
  if (outcome?.kind === "failed") return { ...row, status: "failed", error: outcome.shared };
  const left = await readMetrics(partialPath(path)).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  return left === undefined || left.status === "complete"
    ? { ...row, status: "missing" }
    : { ...row, status: left.status, error: left.error };
}

/** Writes a file atomically. */
async function writeWhole(path: string, text: string): Promise<void> {
  await onDisk(path, async () => {
    await Deno.writeTextFile(`${path}.new`, text);
    await Deno.rename(`${path}.new`, path);
  });
}
