import { basename, join, relative } from "@std/path";
import { withSha256 } from "../base/sha256.ts";
import { InputError, sharedMessage } from "../base/errors.ts";
import { joined, type Message } from "../base/message.ts";
import { isFreeTextExperiment, isGeneratedExperiment } from "../experiment/class_experiment.ts";
import type { TrainingKeys } from "../experiment/experiment_file.ts";
import type { Experiment } from "../experiment/types.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { areOfTexts } from "../results/metrics_file.ts";
import { readTextRun, type TextRunRecord } from "../results/read_text_run.ts";
import { type Elsewhere, onDisk } from "../disk/on_disk.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { sweepWarnings } from "../search/sweep_warnings.ts";
import type { ChoiceWarning, SearchRecord } from "../results/run_files.ts";
import type { EnsembleFile } from "../results/ensemble_file.ts";
import {
  readEnsemble,
  readEnvironment,
  readMetrics,
  readRun,
  readSummary,
  type RunRecord,
} from "../results/read_run.ts";
import type { RankedGroup } from "../results/summarize.ts";
import type { EnsembleRow, RankedBy, SummaryRow } from "../results/summary.ts";
import { summaryCsv } from "../results/summary_csv.ts";
import type { PlannedRun } from "./plan.ts";
import { summaryWriters } from "./summary_writers.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** A run that the files ask for, and whether its results existed before. */
export interface RequestedRun {
  readonly run: PlannedRun;
  readonly isComplete: boolean;
}

/** A summary that was written. */
export interface WrittenSummary {
  readonly page: string;
  /** Its folder, which the folders of its rows are relative to. */
  readonly folder: string;
  readonly rows: readonly SummaryRow[];
  /** The variants with a validation set, the best one first. */
  readonly ranking: readonly RankedGroup[];
  /** The metric of the validation sets that they are ranked by. */
  readonly by: RankedBy;
  /** What makes the choice of the best one doubtful. */
  readonly warnings: readonly ChoiceWarning[];
}

/**
 * Summarizes a batch: `summary.csv`, `summary.json` and `summary.html` in the folder of each experiment of several runs, with
 * all its runs, including those that other processes executed; and in the results folder where the batch has several experiments.
 *
 * @param outcomes of the runs that this batch started
 * @param searches the searches whose best configurations are among the runs, by the names of their experiments
 * @returns the summaries that were written: that of all experiments is the last
 */
export async function writeSummaries(
  asked: readonly RequestedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
  results: string,
  searches: ReadonlyMap<string, SearchRecord> = new Map(),
): Promise<WrittenSummary[]> {
  const written: WrittenSummary[] = [];
  for (const { folder, title, own } of summariesOf(asked, results)) {
    written.push(
      await writeSummary(
        results,
        folder,
        title,
        own,
        outcomes,
        folder === results ? undefined : searches.get(title),
      ),
    );
  }
  return written;
}

/** @throws {InputError} with all summaries that a newer version has written: they would be replaced */
export async function refuseNewerSummaries(asked: readonly RequestedRun[], results: string): Promise<void> {
  await refuseNewer(summariesOf(asked, results).map(({ folder }) => () => readSummary(folder)));
}

/** @throws {InputError} with all runs that a newer version has written: they would be taken for missing */
export async function refuseNewerRuns(asked: readonly RequestedRun[]): Promise<void> {
  await refuseNewer(asked.map(({ run }) => () => readEnvironment(run.path)));
}

/** @throws {InputError} with the messages of those that are refused for their format */
async function refuseNewer(readings: readonly (() => Promise<unknown>)[]): Promise<void> {
  const newer: Message[] = [];
  for (const read of readings) {
    await read().catch((error) => {
      if (!(error instanceof InputError)) throw error;
      if (!(error instanceof DamagedRun)) newer.push(error.forms);
    });
  }
  if (newer.length > 0) throw new InputError(joined(newer, "\n"));
}

/** The summaries of a batch, with the runs of each. */
function summariesOf(
  asked: readonly RequestedRun[],
  results: string,
): { readonly folder: string; readonly title: string; readonly own: readonly RequestedRun[] }[] {
  const byName = Map.groupBy(asked, ({ run }) => run.experiment.name);
  const ofSweeps = [...byName].filter(([, own]) => own.some(({ run }) => run.variant !== ""));
  return [
    ...ofSweeps.map(([title, own]) => ({ folder: join(results, title), title, own })),
    ...(byName.size > 1 ? [{ folder: results, title: basename(results), own: asked }] : []),
  ];
}

async function writeSummary(
  results: string,
  folder: string,
  title: string,
  asked: readonly RequestedRun[],
  outcomes: ReadonlyMap<PlannedRun, BatchOutcome>,
  search?: SearchRecord,
): Promise<WrittenSummary> {
  const runs: SummarizedRun[] = [];
  for (const one of asked) runs.push(await summarizedRun(one, outcomes.get(one.run), folder));
  const by = chosenBy(asked.map(({ run }) => run.experiment));
  return await writeSummaryOf(runs, { results, folder, title, by, ...(search && { search }) });
}

/** What a summary is, besides its runs. */
export interface AboutSummary {
  /** The folder of all results. */
  readonly results: string;
  /** The folder that it is written into, which those of its runs are relative to. */
  readonly folder: string;
  readonly title: string;
  /** What the best variant is chosen by. */
  readonly by: RankedBy;
  /** The search whose best configuration is among the runs. */
  readonly search?: SearchRecord;
  /** What chooses another folder, where it cannot be written. */
  readonly elsewhere?: Elsewhere;
}

/** Writes `summary.csv`, `summary.json` and `summary.html` of some runs. */
export async function writeSummaryOf(
  runs: readonly SummarizedRun[],
  { results, folder, title, by, search, elsewhere }: AboutSummary,
): Promise<WrittenSummary> {
  const rows = runs.flatMap(({ row, isEnsemble }) => isEnsemble ? [] : [row]);
  const ensembles = runs.flatMap((run) => run.isEnsemble ? [ensembleRow(run)] : []);
  const records = new Map(runs.flatMap(({ row, record }) => record ? [[row.folder, record]] : []));
  const texts = new Map(runs.flatMap(({ row, ofTexts }) => ofTexts ? [[row.folder, ofTexts]] : []));
  const { rankedByValidation, summarize, sweepReport } = await summaryWriters();
  const summarized = summarize(title, rows, ensembles, by);
  const summary = {
    ...summarized,
    ...(search ? { search } : { warnings: sweepWarnings(summarized, by) }),
  };
  const write = async (name: string, text: string) => {
    const path: string = join(folder, name);
    await onDisk(path, () => writeWhole(path, text), elsewhere);
  };
  const html = await sweepReport(summary, records, texts, by);
  await onDisk(folder, () => Deno.mkdir(folder, { recursive: true }), elsewhere);
  const lock = await Lock.take(lockPath(results, `${title} summary`), { ...(elsewhere && { elsewhere }) });
  try {
    await write("summary.csv", summaryCsv(summary));
    await write("summary.html", html);
    // Written last: a folder with this file is the folder of a sweep.
    await write("summary.json", `${JSON.stringify(withSha256(summary), null, 2)}\n`);
  } finally {
    lock?.release();
  }
  const ranking = rankedByValidation(summary.groups, by);
  const { warnings = [] } = summary;
  return { page: join(folder, "summary.html"), folder, rows, ranking, by, warnings };
}

/**
 * What the best variant is chosen by: what all runs choose their best prompts by where they say the same, else accuracy or, where all texts
 * are free, the loss.
 */
export function chosenBy(experiments: readonly Experiment[]): RankedBy {
  const [first, ...others] = new Set(
    experiments.map((experiment) => experiment.training?.best ?? usual(experiment)),
  );
  if (first === undefined || others.length > 0) {
    return experiments.every(isFreeTextExperiment) ? "loss" : "accuracy";
  }
  switch (first) {
    case "accuracy":
    case "loss":
      return first;
    case "macroF1":
      return "macro_f1";
    case "exactMatch":
      return "exact_match";
    case "tokenF1":
      return "token_f1";
    case "rougeL":
      return "rouge_l";
    default:
      // Perplexity is that of right texts, which the loss over the classes is made of, too.
      return "loss";
  }
}

/** The row of an ensemble, whose answers are classes. */
function ensembleRow({ row: { metrics, ...row }, ensemble }: SummarizedRun): EnsembleRow {
  return { ...row, ...(metrics && !areOfTexts(metrics) && { metrics }), ...(ensemble && { ensemble }) };
}

/** What runs are compared by that choose no prompt. */
function usual(experiment: Experiment): NonNullable<TrainingKeys["best"]> {
  if (!isFreeTextExperiment(experiment)) return "accuracy";
  return experiment.evaluation.metrics.find((metric) => metric !== "perplexity") ?? "loss";
}

/** A run of a summary, with what was read of a complete one. */
export interface SummarizedRun {
  readonly row: SummaryRow;
  readonly isEnsemble: boolean;
  readonly record?: RunRecord;
  /** Where its answers are generated. */
  readonly ofTexts?: TextRunRecord;
  readonly ensemble?: EnsembleFile;
}

/** What a row has however its run ended. */
export type UnendedRow = Omit<SummaryRow, "status" | "metrics" | "time" | "error">;

async function summarizedRun(
  { run, isComplete }: RequestedRun,
  outcome: BatchOutcome | undefined,
  folder: string,
): Promise<SummarizedRun> {
  const { experiment, variant, settings, path } = run;
  const row: UnendedRow = {
    experiment: experiment.name,
    variant,
    settings,
    seed: experiment.seed,
    folder: relative(folder, path),
  };
  const isEnsemble = run.ensembleRuns !== undefined;
  if (outcome === undefined ? isComplete : "metrics" in outcome) {
    return await completeRun(row, path, { isEnsemble, isOfTexts: isGeneratedExperiment(experiment) });
  }
  if (outcome?.kind === "failed") {
    return { row: { ...row, status: "failed", error: outcome.shared }, isEnsemble };
  }
  const left = await readMetrics(partialPath(path)).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  return left === undefined || left.status === "complete"
    ? { row: { ...row, status: "missing" }, isEnsemble }
    : { row: { ...row, status: left.status, error: left.error }, isEnsemble };
}

/**
 * A complete run, read for a summary. One whose files are damaged is one that failed; the others' rows stay.
 *
 * @param path its folder
 */
export async function completeRun(
  row: UnendedRow,
  path: string,
  { isEnsemble, isOfTexts }: { readonly isEnsemble: boolean; readonly isOfTexts: boolean },
): Promise<SummarizedRun> {
  try {
    const read = isOfTexts
      ? { ofTexts: await readTextRun(path) }
      : { record: await readRun(path), ...(isEnsemble && { ensemble: await readEnsemble(path) }) };
    const { metrics, environment: { time } } = "ofTexts" in read ? read.ofTexts : read.record;
    const complete = { ...row, status: "complete", metrics, ...(time !== undefined && { time }) } as const;
    return { row: complete, isEnsemble, ...read };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { row: { ...row, status: "failed", error: sharedMessage(error) }, isEnsemble };
  }
}
