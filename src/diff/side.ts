import { basename, dirname, join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { readBaseline } from "../results/baseline_file.ts";
import { isBaselinePath } from "../results/baseline_place.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { KeptPredictions, TooManyPredictions } from "../results/kept_predictions.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";
import { COMPARABLE, readReport } from "../results/saved_report.ts";
import { readFinished, readRun, readSummary, type RunRecord } from "../results/read_run.ts";
import { groupBySeed, type RunGroup } from "./run_groups.ts";

/** The file in which a batch names its runs. */
const SUMMARY = "summary.json";

/** One of the two sides of a comparison. */
export interface Side {
  /** As named by the user. */
  readonly source: string;
  readonly groups: readonly RunGroup[];
}

/** A side as it was read. */
export interface ReadSide extends Side {
  /** Whether it is a run that was named by itself, by its folder or its report. */
  readonly isOneRun: boolean;
  /** Why runs of it are left out: their files are damaged. */
  readonly damaged: readonly string[];
  /** The folders of runs that were begun, or asked for, and are not complete. */
  readonly unfinished: readonly string[];
}

/** The runs of a side by their names, and which others are left out, and why. */
export interface FoundRuns {
  readonly runs: ReadonlyMap<string, RunRecord>;
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
  const { runs, ...leftOut } = await readRuns(source, kept);
  return { source, isOneRun: runs.size === 1 && runs.has(""), groups: groupBySeed(runs), ...leftOut };
}

/** The runs of a side, as {@linkcode readSide} finds them. */
export async function readRuns(source: string, kept: KeptPredictions): Promise<FoundRuns> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) {
    throw new InputError(
      isBaselinePath(source)
        ? `there is no baseline ${source}: set it by 'deno task baseline set RUN'`
        : `there is no ${source}: ${COMPARABLE}`,
    );
  }
  if (!info.isFile) return await runsIn(source, kept);
  if (basename(source) === SUMMARY) return await runsOf(source, kept);
  if (!isBaselinePath(source)) return { ...await readReport(source), damaged: [] };
  const baseline = await readBaseline(source);
  if (baseline.kind === "classes") return { runs: baseline.runs, damaged: [], unfinished: [] };
  throw new InputError(
    `the answers of ${source} are free texts, and cannot be compared with classes: name another run`,
  );
}

/** The runs in a folder. */
async function runsIn(folder: string, kept: KeptPredictions): Promise<FoundRuns> {
  const paths = await runFolders(folder);
  const unfinished = await partialRuns(folder);
  if (paths.length === 1 && paths[0] === folder) {
    if (await readFinished(folder) === undefined) {
      throw new InputError(
        `the run in ${folder} is not complete: run its experiment again, which resumes it`,
      );
    }
    return { runs: new Map([["", await readRun(folder, kept)]]), damaged: [], unfinished };
  }
  return await readAll(folder, folder, paths, unfinished, kept);
}

/** The runs that a `summary.json` names. */
async function runsOf(file: string, kept: KeptPredictions): Promise<FoundRuns> {
  const folder = dirname(file);
  const summary = await readSummary(folder);
  const rows = summary === undefined ? [] : [...summary.rows, ...summary.ensembles];
  const byStatus = Map.groupBy(rows, ({ status }) => status === "complete");
  const paths = (isComplete: boolean) =>
    (byStatus.get(isComplete) ?? []).map((row) => join(folder, row.folder));
  return await readAll(file, folder, paths(true), paths(false), kept);
}

/** Reads runs; their names are their paths from a folder. @param source the side, as named by the user */
async function readAll(
  source: string,
  folder: string,
  paths: readonly string[],
  begun: readonly string[],
  kept: KeptPredictions,
): Promise<FoundRuns> {
  const runs = new Map<string, RunRecord>();
  const damaged: string[] = [];
  const unfinished = [...begun];
  for (const path of paths) {
    try {
      if (await readFinished(path) === undefined) unfinished.push(path);
      else runs.set(relative(folder, path), await readRun(path, kept));
    } catch (error) {
      damaged.push(faultOf(error));
    }
  }
  if (runs.size > 0) return { runs, damaged, unfinished };
  throw new InputError(
    joined([...damaged, `there is no complete run in ${source}: ${COMPARABLE}`], "\n"),
  );
}

/** Why a run is left out; errors that are not about its files are rethrown. */
function faultOf(error: unknown): string {
  if (!(error instanceof InputError) || error instanceof TooManyPredictions) throw error;
  return error instanceof DamagedRun ? error.reason.text : error.message;
}
