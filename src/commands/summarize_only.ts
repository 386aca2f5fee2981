import { InputError } from "../base/errors.ts";
import type { PlannedSearch } from "../batch/plan.ts";
import { refuseNewerRuns, writeSummaries } from "../batch/write_summaries.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { summaryLines } from "../terminal/next_steps.ts";
import type { BatchFlags } from "./batch_flags.ts";
import { type BatchJob, batchJobs } from "./batch_jobs.ts";
import { foundSearches, recordsOf } from "./batch_searches.ts";

/** Writes the summaries of the results that are there. @throws {InputError} where there is nothing to summarize */
export async function summarizeOnly(
  jobs: readonly BatchJob[],
  searches: readonly PlannedSearch[],
  flags: BatchFlags,
  resources: ResourceCache,
  io: CommandIo,
): Promise<void> {
  const { results, json } = flags;
  const found = await foundSearches(searches, results);
  const best = await batchJobs(found.flatMap(({ runs }) => runs), flags, resources, io.progress);
  const all = [...jobs, ...best];
  await refuseNewerRuns(all);
  const written = await writeSummaries(all, new Map(), results, recordsOf(found));
  if (written.length === 0) {
    throw new InputError("one run has no summary: name files of several runs, or look at its report.html");
  }
  const complete = all.filter(({ isComplete }) => isComplete).length;
  if (json) {
    const summaries = written.map(({ page }) => page);
    io.print(
      JSON.stringify({ format: "softprompt-summaries/1", complete, runs: all.length, summaries }, null, 2),
      "data",
    );
    return;
  }
  io.print(`${complete} of ${all.length} runs are complete`);
  for (const line of summaryLines(written)) io.print(line);
}
