import { basename, join, resolve } from "@std/path";
import { InputError, sharedMessage } from "../base/errors.ts";
import { areOfTexts } from "../results/metrics_file.ts";
import { readFinished, readSummary } from "../results/read_run.ts";
import { foldersWith } from "../results/run_folders.ts";
import { readSearchRecord } from "../results/search_record.ts";
import type { EnsembleRow, SummaryRow } from "../results/summary.ts";
import {
  chosenBy,
  completeRun,
  type SummarizedRun,
  type UnendedRow,
  writeSummaryOf,
  type WrittenSummary,
} from "./write_summaries.ts";

/** A run that a summary has a row of. */
interface AskedRow {
  readonly row: SummaryRow | EnsembleRow;
  readonly isEnsemble: boolean;
}

/** The rows of the summaries in several folders of results, by the paths of the summaries' folders; those of one folder by their runs' folders. */
export type MergedRows = ReadonlyMap<string, ReadonlyMap<string, AskedRow>>;

/**
 * Reads the summaries in several folders of results. Of a run that several of them have, the row of the first stays in which it is
 * complete, else of the first in which it was begun.
 *
 * @throws {InputError} where one of them is damaged, or a newer version wrote it
 */
export async function readSummaries(folders: readonly string[]): Promise<MergedRows> {
  const merged = new Map<string, Map<string, AskedRow>>();
  for (const results of folders) {
    for (const path of await foldersWith("summary.json", results)) {
      const summary = await readSummary(join(results, path));
      const rows = merged.get(path) ?? new Map<string, AskedRow>();
      merged.set(path, rows);
      for (const asked of [...rowsOf(summary?.rows, false), ...rowsOf(summary?.ensembles, true)]) {
        const before = rows.get(asked.row.folder);
        if (before === undefined || RANK[asked.row.status] < RANK[before.row.status]) {
          rows.set(asked.row.folder, asked);
        }
      }
    }
  }
  return merged;
}

/** The statuses of a row, those first that say more. */
const RANK: Readonly<Record<SummaryRow["status"], number>> = {
  complete: 0,
  failed: 1,
  interrupted: 2,
  missing: 3,
};

function rowsOf(rows: readonly (SummaryRow | EnsembleRow)[] = [], isEnsemble: boolean): AskedRow[] {
  return rows.map((row) => ({ row, isEnsemble }));
}

/**
 * Writes summaries again, of the runs that are there now.
 *
 * @param results the folder of all results
 * @returns the summaries that were written: that of all experiments is the last
 */
export async function writeMergedSummaries(merged: MergedRows, results: string): Promise<WrittenSummary[]> {
  const written: WrittenSummary[] = [];
  // That of the folder itself has the shortest path.
  for (const [path, rows] of [...merged].toSorted(([a], [b]) => b.length - a.length)) {
    const folder = join(results, path);
    const runs: SummarizedRun[] = [];
    for (const asked of rows.values()) runs.push(await summarizedNow(asked, folder));
    const experiments = runs.flatMap(({ record, ofTexts }) => (record ?? ofTexts)?.experiment ?? []);
    const search = await readSearchRecord(folder);
    written.push(
      await writeSummaryOf(runs, {
        results,
        folder,
        title: basename(resolve(folder)),
        by: chosenBy(experiments),
        ...(search && { search }),
        elsewhere: "--into",
      }),
    );
  }
  return written;
}

/** A run as it is now. @param folder that of the summary */
async function summarizedNow({ row, isEnsemble }: AskedRow, folder: string): Promise<SummarizedRun> {
  const { experiment, variant, settings, seed, status, error } = row;
  const asked: UnendedRow = { experiment, variant, settings, seed, folder: row.folder };
  const path: string = join(folder, row.folder);
  const finished = await readFinished(path).catch((error) => {
    if (error instanceof InputError) return error;
    throw error;
  });
  if (finished instanceof InputError) {
    return { row: { ...asked, status: "failed", error: sharedMessage(finished) }, isEnsemble };
  }
  if (finished !== undefined) {
    return await completeRun(asked, path, { isEnsemble, isOfTexts: areOfTexts(finished.metrics) });
  }
  return status === "complete" || status === "missing"
    ? { row: { ...asked, status: "missing" }, isEnsemble }
    : { row: { ...asked, status, ...(error !== undefined && { error }) }, isEnsemble };
}
