import { COMMAND } from "../base/called_as.ts";
import { basename, dirname, join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { counted } from "../base/counted.ts";
import { joined, message } from "../base/message.ts";
import { OtherAnswers } from "../results/other_answers.ts";
import { type BaselineRuns, readBaseline } from "../results/baseline_file.ts";
import { baselineFlags, isBaselinePath } from "../results/baseline_place.ts";
import { KeptPredictions, TooManyPredictions } from "../results/kept_predictions.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";
import { COMPARABLE, readReport } from "../results/saved_report.ts";
import { readSavedTexts } from "../results/saved_texts.ts";
import { readFinished, readIfComplete, readSummary, type RunRecord } from "../results/read_run.ts";
import { areOfTexts } from "../results/metrics_file.ts";
import { readTextRun, type TextRunRecord } from "../results/read_text_run.ts";
import { comparedClasses } from "./compared_classes.ts";
import { type ComparedTextRun, readComparedText } from "./text_run.ts";
import { groupBySeed, type RunGroup, type SeededRun } from "./run_groups.ts";

/** The file in which a batch names its runs. */
const SUMMARY = "summary.json";

/** One of the two sides of a comparison. */
export interface Side<Run extends SeededRun = RunRecord> {
  /** As named by the user. */
  readonly source: string;
  readonly groups: readonly RunGroup<Run>[];
}

/** A side as it was read. */
export interface ReadSide<Run extends SeededRun = RunRecord> extends Side<Run> {
  /** Whether it is a run that was named by itself, by its folder or its report. */
  readonly isOneRun: boolean;
  /** Why runs of it are left out: their files are damaged, or a newer version wrote them. */
  readonly damaged: readonly string[];
  /** The folders of runs that were begun, or asked for, and are not complete. */
  readonly unfinished: readonly string[];
}

/** The runs of a side by their names, and which others are left out, and why. */
export interface FoundRuns<Run extends SeededRun = RunRecord> {
  readonly runs: ReadonlyMap<string, Run>;
  readonly damaged: readonly string[];
  readonly unfinished: readonly string[];
}

/**
 * Reads one side: a folder with all runs in it (a run's own, a sweep's, or that of all results), the `report.html` or
 * `summary.html` saved from one, a `summary.json` with the runs that it names, or a baseline.
 *
 * @param kept the predictions of all sides
 * @throws {InputError} where there is no complete run, or there are too many predictions
 */
export async function readSide(
  source: string,
  kept: KeptPredictions = new KeptPredictions(),
): Promise<ReadSide> {
  return sideOf(source, await readRuns(source, kept));
}

/** The runs of a side, as {@linkcode readSide} finds them. */
export async function readRuns(source: string, kept: KeptPredictions): Promise<FoundRuns> {
  return await readBy(source, {
    run: (folder) => readIfComplete(folder, kept),
    report: async (file) => ({ ...await readReport(file), damaged: [] }),
    baseline: (found) => {
      if (found.kind === "classes") return found.runs;
      throw new InputError(
        `the answers of ${source} are generated texts, and cannot be compared with classes with probabilities: name another run`,
      );
    },
  });
}

/**
 * The same where a side has runs whose answers are generated.
 *
 * @throws {InputError} where there is no complete run
 */
export async function readTextSide(
  source: string,
  kept: KeptPredictions = new KeptPredictions(),
): Promise<ReadSide<ComparedTextRun>> {
  const found = await readBy(source, {
    run: async (folder) =>
      await readFinished(folder) === undefined ? undefined : await readComparedText(folder, kept),
    report: savedRuns,
    baseline: (found) =>
      found.kind === "texts"
        ? found.runs
        : new Map([...found.runs].map(([name, run]) => [name, comparedClasses(run)])),
  });
  return sideOf(source, found);
}

/** The runs of a side whose answers are generated, whole. */
export async function readTextRuns(
  source: string,
  kept: KeptPredictions,
): Promise<FoundRuns<TextRunRecord>> {
  return await readBy(source, {
    run: async (folder) =>
      await readFinished(folder) === undefined ? undefined : await readTextRun(folder, kept),
    report: savedTexts,
    baseline: (found) => {
      if (found.kind === "texts") return found.runs;
      throw new InputError(`the answers of ${source} are classes with probabilities: name another run`);
    },
  });
}

/** The runs of a saved page: those whose answers are generated, and others as they are compared with such. */
async function savedRuns(file: string): Promise<FoundRuns<ComparedTextRun>> {
  const texts = await readSavedTexts(file);
  const { runs, unfinished } = await readReport(file, texts !== undefined);
  const compared = [...runs].map(([name, run]) => [name, comparedClasses(run)] as const);
  return { runs: new Map([...compared, ...texts ?? []]), damaged: [], unfinished };
}

/** The runs of a saved page whose answers are generated. @throws {InputError} where it has others */
async function savedTexts(file: string): Promise<FoundRuns<TextRunRecord>> {
  const texts = await readSavedTexts(file);
  const { runs, unfinished } = await readReport(file, texts !== undefined);
  if (texts !== undefined && runs.size === 0) return { runs: texts, damaged: [], unfinished };
  throw new InputError(
    `${file} has runs whose answers are classes with probabilities, which are kept apart from generated texts: name another page, or the folder of a run`,
  );
}

/** Whether a side has runs whose answers are generated. */
export async function isTextSide(source: string): Promise<boolean> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) return false;
  if (info.isFile && isBaselinePath(source)) return await isTextBaseline(source);
  if (info.isFile && basename(source) !== SUMMARY) return await isTextPage(source);
  const folder = info.isFile ? dirname(source) : source;
  for (const path of await runFolders(folder)) {
    try {
      const finished = await readFinished(path);
      if (finished !== undefined && areOfTexts(finished.metrics)) return true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return false;
}

async function isTextPage(file: string): Promise<boolean> {
  try {
    return await readSavedTexts(file) !== undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

async function isTextBaseline(file: string): Promise<boolean> {
  try {
    return (await readBaseline(file)).kind === "texts";
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** How runs are read, and what else holds some. */
interface Reading<Run extends SeededRun> {
  /** `undefined` where the run is not complete. */
  readonly run: (folder: string) => Promise<Run | undefined>;
  readonly report: (file: string) => Promise<FoundRuns<Run>>;
  /** @throws {InputError} where its runs are of the other form */
  readonly baseline: (found: BaselineRuns) => ReadonlyMap<string, Run>;
}

function sideOf<Run extends SeededRun>(
  source: string,
  { runs, ...leftOut }: FoundRuns<Run>,
): ReadSide<Run> {
  return { source, isOneRun: runs.size === 1 && runs.has(""), groups: groupBySeed(runs), ...leftOut };
}

async function readBy<Run extends SeededRun>(source: string, read: Reading<Run>): Promise<FoundRuns<Run>> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) {
    throw new InputError(
      isBaselinePath(source)
        ? `there is no baseline ${source}: set it by '${COMMAND} baseline set RUN${baselineFlags(source)}'`
        : `there is no ${source}: ${COMPARABLE}`,
    );
  }
  if (!info.isFile) return await runsIn(source, read);
  if (basename(source) === SUMMARY) return await runsOf(source, read);
  if (!isBaselinePath(source)) return await read.report(source);
  return { runs: read.baseline(await readBaseline(source)), damaged: [], unfinished: [] };
}

/** The runs in a folder. */
async function runsIn<Run extends SeededRun>(folder: string, read: Reading<Run>): Promise<FoundRuns<Run>> {
  const paths = await runFolders(folder);
  const unfinished = await partialRuns(folder);
  if (paths.length === 1 && paths[0] === folder) {
    const run = await read.run(folder);
    if (run === undefined) {
      throw new InputError(
        `the run in ${folder} is not complete: run its experiment again, which resumes it`,
      );
    }
    return { runs: new Map([["", run]]), damaged: [], unfinished };
  }
  return await readAll(folder, folder, paths, unfinished, read);
}

/** The runs that a `summary.json` names. */
async function runsOf<Run extends SeededRun>(file: string, read: Reading<Run>): Promise<FoundRuns<Run>> {
  const folder = dirname(file);
  const summary = await readSummary(folder);
  const rows = summary === undefined ? [] : [...summary.rows, ...summary.ensembles];
  const byStatus = Map.groupBy(rows, ({ status }) => status === "complete");
  const paths = (isComplete: boolean) =>
    (byStatus.get(isComplete) ?? []).map((row) => join(folder, row.folder));
  return await readAll(file, folder, paths(true), paths(false), read);
}

/** The number of runs that are read at the same time, so that the disk is not waited for. */
const AT_ONCE = 8;

/** Reads runs; their names are their paths from a folder. @param source the side, as named by the user */
async function readAll<Run extends SeededRun>(
  source: string,
  folder: string,
  paths: readonly string[],
  begun: readonly string[],
  read: Reading<Run>,
): Promise<FoundRuns<Run>> {
  const runs = new Map<string, Run>();
  const damaged: string[] = [];
  const others: OtherAnswers[] = [];
  const unfinished = [...begun];
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const found = await Promise.allSettled(some.map(read.run));
    for (const [i, path] of some.entries()) {
      const one = found[i]!;
      if (one.status === "rejected") {
        if (one.reason instanceof OtherAnswers) others.push(one.reason);
        else damaged.push(faultOf(one.reason));
      } else if (one.value === undefined) unfinished.push(path);
      else runs.set(relative(folder, path), one.value);
    }
  }
  const [other] = others;
  if (other !== undefined) {
    throw new InputError(
      message`${source} has ${
        counted(runs.size, "run")
      } of one form of answers and ${others.length} of another, which are kept and compared apart (${other.forms})`,
    );
  }
  if (runs.size > 0) return { runs, damaged, unfinished };
  throw new InputError(
    joined([...damaged, `there is no complete run in ${source}: ${COMPARABLE}`], "\n"),
  );
}

/** Why a run is left out; errors that are not about its files are rethrown. */
function faultOf(error: unknown): string {
  if (!(error instanceof InputError) || error instanceof TooManyPredictions) throw error;
  return error.message;
}
