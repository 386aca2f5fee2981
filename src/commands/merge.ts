import { join } from "@std/path";
import { COMMAND } from "../base/called_as.ts";
import { counted } from "../base/counted.ts";
import { quoted } from "../base/quoted.ts";
import { readSummaries, writeMergedSummaries } from "../batch/merge_summaries.ts";
import { checkSources } from "../results/check_sources.ts";
import { copyRun } from "../results/copy_run.ts";
import { checkNotLinked } from "../results/linked_place.ts";
import { checkSame, planMerge } from "../results/merge_runs.ts";
import { readSearches } from "../results/merge_searches.ts";
import { writeSearchRecord } from "../results/search_record.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { summaryLines } from "../terminal/next_steps.ts";

/** The flags of `merge`. */
export interface MergeFlags {
  /** The folder of results that the others are merged into. */
  readonly into: string;
  readonly json: boolean;
}

/** A run that was merged. */
interface Merged {
  readonly name: string;
  readonly from: string;
  /** Whether it was copied, or there already. */
  readonly status: "copied" | "there";
}

/**
 * `softprompt merge`: joins folders of results that were written apart. Complete runs are copied to the same places in one folder, and the
 * summaries that the folders have are made again, of all. All is checked before the first is copied; what is there stays as it is.
 *
 * @param sources folders of results
 * @throws {InputError} where a folder or a run cannot be merged, or two results of the same content differ
 */
export async function merge(
  sources: readonly string[],
  { into, json }: MergeFlags,
  io: CommandIo,
): Promise<void> {
  const folders = await checkSources(sources, into);
  const { runs, leftOut } = await planMerge(folders, into);
  const all = [into, ...folders];
  const [searches, rows] = [await readSearches(all), await readSummaries(all)];
  for (const path of [...searches.keys(), ...rows.keys()]) await checkNotLinked(into, path);
  const merged = await untilInterrupted(io, async (signal) => {
    const merged: Merged[] = [];
    for (const run of runs) {
      signal.throwIfAborted();
      const check = (present: typeof run.result) => checkSame(present, run.result);
      const isCopied = await copyRun(run, into, check, io.log);
      merged.push({ name: run.name, from: run.results, status: isCopied ? "copied" : "there" });
    }
    return merged;
  });
  for (const [path, record] of searches) {
    await writeSearchRecord(join(into, path), record, "--into");
  }
  const written = await writeMergedSummaries(rows, into);
  for (const { folder, state } of leftOut) io.log(`${folder} is left out: it is not complete (${state})`);
  if (json) {
    const unfinished = leftOut.map(({ folder, state, problem }) => {
      return { folder, status: state, ...(problem !== undefined && { problem }) };
    });
    const content = {
      format: "softprompt-merge/1",
      into,
      runs: merged,
      left_out: unfinished,
      summaries: written.map(({ page }) => page),
    };
    return io.print(JSON.stringify(content, null, 2), "data");
  }
  const copied = merged.filter(({ status }) => status === "copied").length;
  io.print(`${counted(copied, "run")} copied to ${into}, ${merged.length - copied} there already`);
  for (const line of summaryLines(written)) io.print(line);
  const summarized = new Set(
    [...rows].flatMap(([path, own]) => [...own.keys()].map((folder) => join(path, folder))),
  );
  if (merged.some(({ name }) => name.includes("/") && !summarized.has(name))) {
    io.log(
      `some runs are in no summary of these folders: ${COMMAND} batch FILES --summarize --results ${
        quoted(into)
      } writes the summaries of experiment files`,
    );
  }
}
