import { basename, dirname, join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { KeptPredictions, TooManyPredictions } from "../results/kept_predictions.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";
import { COMPARABLE, readReport } from "../results/saved_report.ts";
import { readIfComplete, readSummary, type RunRecord } from "../results/read_run.ts";
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
interface FoundRuns {
  readonly runs: Map<string, RunRecord>;
  readonly damaged: string[];
  readonly unfinished: string[];
}

/**
 * Reads one side: a folder with all runs in it (a run's own, a sweep's, or that of all results), the `report.html` or
 * `summary.html` saved from one, or a `summary.json` with the runs that it names.
 *
 * @param kept the predictions of all sides
 * @throws {InputError} where there is no complete run, or there are too many predictions
 */
export async function readSide(
  source: string,
  kept: KeptPredictions = new KeptPredictions(),
): Promise<ReadSide> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) {
    throw new InputError(`there is no ${source}: ${COMPARABLE}`);
  }
  const { runs, ...leftOut } = !info.isFile
    ? await runsIn(source, kept)
    : basename(source) === SUMMARY
    ? await runsOf(source, kept)
    : { ...await readReport(source), damaged: [] };
  return { source, isOneRun: runs.size === 1 && runs.has(""), groups: groupBySeed(runs), ...leftOut };
}

/** The runs in a folder. */
async function runsIn(folder: string, kept: KeptPredictions): Promise<FoundRuns> {
  const paths = await runFolders(folder);
  const unfinished = await partialRuns(folder);
  if (paths.length === 1 && paths[0] === folder) {
    const run = await readIfComplete(folder, kept);
    if (run === undefined) {
      throw new InputError(
        `the run in ${folder} is not complete: run its experiment again, which resumes it`,
      );
    }
    return { runs: new Map([["", run]]), damaged: [], unfinished };
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

/** The number of runs that are read at the same time, so that the disk is not waited for. */
const AT_ONCE = 8;

/** Reads runs; their names are their paths from a folder. @param source the side, as named by the user */
async function readAll(
  source: string,
  folder: string,
  paths: readonly string[],
  unfinished: string[],
  kept: KeptPredictions,
): Promise<FoundRuns> {
  const found: FoundRuns = { runs: new Map(), damaged: [], unfinished };
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const read = await Promise.allSettled(some.map((path) => readIfComplete(path, kept)));
    for (const [i, path] of some.entries()) {
      const one = read[i]!;
      if (one.status === "rejected") leftOut(found, one.reason);
      else if (one.value === undefined) unfinished.push(path);
      else found.runs.set(relative(folder, path), one.value);
    }
  }
  if (found.runs.size > 0) return found;
  throw new InputError(
    joined([...found.damaged, `there is no complete run in ${source}: ${COMPARABLE}`], "\n"),
  );
}

/** Notes why a run is left out; errors that are not about its files are rethrown. */
function leftOut({ damaged }: FoundRuns, error: unknown): void {
  if (!(error instanceof InputError) || error instanceof TooManyPredictions) throw error;
  damaged.push(error instanceof DamagedRun ? error.reason.text : error.message);
}
