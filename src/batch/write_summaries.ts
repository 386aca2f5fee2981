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
import { sweepReport } from "../report/sweep_report.ts";
import { onDisk } from "../disk/on_disk.ts";
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
  const rows: SummaryRow[] = [];
  const ensembles: EnsembleRow[] = [];
  const records = new Map<string, RunRecord>();
  const texts = new Map<string, TextRunRecord>();
  for (const one of asked) {
    const { row, record, ofTexts, ensemble } = await rowOf(one, outcomes.get(one.run), folder);
    if (record !== undefined) records.set(row.folder, record);
    if (ofTexts !== undefined) texts.set(row.folder, ofTexts);
    if (one.run.ensembleRuns === undefined) rows.push(row);
    else ensembles.push(ensembleRow(row, ensemble));
  }
  // The quantiles of t take an eighth of a command's start to load.
  const { rankedByValidation, summarize } = await import("../results/summarize.ts");
  const by = chosenBy(asked);
  const summarized = summarize(title, rows, ensembles, by);
  const summary = {
    ...summarized,
    ...(search ? { search } : { warnings: sweepWarnings(summarized, by) }),
  };
  const write = async (name: string, text: string) => {
    const path: string = join(folder, name);
    await onDisk(path, () => writeWhole(path, text));
  };
  const html = await sweepReport(summary, records, texts, by);
  await onDisk(folder, () => Deno.mkdir(folder, { recursive: true }));
  const lock = await Lock.take(lockPath(results, `${title} summary`));
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
function chosenBy(asked: readonly RequestedRun[]): RankedBy {
  const [first, ...others] = new Set(
    asked.map(({ run: { experiment } }) => experiment.training?.best ?? usual(experiment)),
  );
  if (first === undefined || others.length > 0) {
    return asked.every(({ run: { experiment } }) => isFreeTextExperiment(experiment)) ? "loss" : "accuracy";
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
function ensembleRow({ metrics, ...row }: SummaryRow, ensemble: EnsembleFile | undefined): EnsembleRow {
  return { ...row, ...(metrics && !areOfTexts(metrics) && { metrics }), ...(ensemble && { ensemble }) };
}

/** What runs are compared by that choose no prompt. */
function usual(experiment: Experiment): NonNullable<TrainingKeys["best"]> {
  if (!isFreeTextExperiment(experiment)) return "accuracy";
  return experiment.evaluation.metrics.find((metric) => metric !== "perplexity") ?? "loss";
}

/** A row of a summary, with what was read of a complete run. */
interface SummarizedRun {
  readonly row: SummaryRow;
  readonly record?: RunRecord;
  /** Where its answers are generated. */
  readonly ofTexts?: TextRunRecord;
  readonly ensemble?: EnsembleFile | undefined;
}

/** A run whose files are damaged is one that failed; the others' rows stay. */
async function rowOf(
  { run, isComplete }: RequestedRun,
  outcome: BatchOutcome | undefined,
  folder: string,
): Promise<SummarizedRun> {
  const { experiment, variant, settings, path } = run;
  const row = {
    experiment: experiment.name,
    variant,
    settings,
    seed: experiment.seed,
    folder: relative(folder, path),
  };
  if (outcome === undefined ? isComplete : "metrics" in outcome) {
    try {
      if (isGeneratedExperiment(experiment)) {
        const ofTexts = await readTextRun(path);
        const { metrics, environment: { time } } = ofTexts;
        return { row: { ...row, status: "complete", metrics, ...(time !== undefined && { time }) }, ofTexts };
      }
      const record = await readRun(path);
      const ensemble = run.ensembleRuns && await readEnsemble(path);
      const { metrics, environment: { time } } = record;
      const complete = { ...row, status: "complete", metrics, ...(time !== undefined && { time }) } as const;
      return { row: complete, record, ensemble };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { row: { ...row, status: "failed", error: sharedMessage(error) } };
    }
  }
  if (outcome?.kind === "failed") return { row: { ...row, status: "failed", error: outcome.shared } };
  const left = await readMetrics(partialPath(path)).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  return left === undefined || left.status === "complete"
    ? { row: { ...row, status: "missing" } }
    : { row: { ...row, status: left.status, error: left.error } };
}
