import { join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import { runFolders } from "../results/run_folders.ts";
import { COMPARABLE, readReport } from "../results/saved_report.ts";
import { readFinished, readRun, readSummary, type RunRecord } from "../results/read_run.ts";

/** Runs that differ in nothing but the seed. */
export interface RunGroup {
  /** The variant's name without its seed; empty for a single run. */
  readonly name: string;
  /** In the order of their seeds. */
  readonly runs: readonly RunRecord[];
}

/** One of the two sides of a comparison. */
export interface Side {
  /** As named by the user. */
  readonly source: string;
  readonly groups: readonly RunGroup[];
}

/** A side as it was read. */
export interface ReadSide extends Side {
  /** Why runs of it are left out: their files are damaged. */
  readonly damaged: readonly string[];
}

/** The runs of a side by their names, and why others are left out. */
interface FoundRuns {
  readonly runs: Map<string, RunRecord>;
  readonly damaged: string[];
}

/**
 * Reads one side: a run's folder, a folder of runs (a sweep's, or that of all results), or the `report.html` or
 * `summary.html` saved from one.
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
  const { runs, damaged } = info.isFile
    ? { runs: await readReport(source), damaged: [] }
    : await runsIn(source, kept);
  return { source, groups: groupBySeed(runs), damaged };
}

async function runsIn(folder: string, kept: KeptPredictions): Promise<FoundRuns> {
  if (await isThere(join(folder, "metrics.json")) && !await isThere(join(folder, "summary.json"))) {
    if (await readFinished(folder) === undefined) {
      throw new InputError(
        `the run in ${folder} is not complete: run its experiment again, which resumes it`,
      );
    }
    return { runs: new Map([["", await readRun(folder, kept)]]), damaged: [] };
  }
  const found: FoundRuns = { runs: new Map(), damaged: [] };
  const summary = await readSummary(folder).catch((error) => void leftOut(found, error, DamagedRun));
  const paths = summary === undefined
    ? await runFolders(folder)
    : summary.rows.filter(({ status }) => status === "complete").map((row) => join(folder, row.folder));
  for (const path of paths) {
    try {
      const isComplete = summary !== undefined || await readFinished(path) !== undefined;
      if (isComplete) found.runs.set(relative(folder, path), await readRun(path, kept));
    } catch (error) {
      leftOut(found, error, InputError);
    }
  }
  if (found.runs.size > 0) return found;
  throw new InputError(
    joined([...found.damaged, `there is no complete run in ${folder}: ${COMPARABLE}`], "\n"),
  );
}

/** Notes why something is left out; errors of other kinds are rethrown. */
function leftOut({ damaged }: FoundRuns, error: unknown, kind: typeof InputError | typeof DamagedRun): void {
  if (!(error instanceof kind)) throw error;
  damaged.push(error instanceof DamagedRun ? error.reason.text : error.message);
}

/** Groups the runs whose names differ only in the seed. */
function groupBySeed(runs: ReadonlyMap<string, RunRecord>): RunGroup[] {
  const groups = new Map<string, RunRecord[]>();
  for (const [name, run] of runs) {
    const key = name.split("/").map(withoutSeed).filter((part) => part !== "").join("/");
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(run);
  }
  const seedOf = ({ experiment }: RunRecord) => experiment.seed;
  return [...groups].map(([name, group]) => ({
    name,
    runs: group.sort((a, b) => seedOf(a) - seedOf(b)),
  }));
}

function withoutSeed(variant: string): string {
  return variant.split(",").filter((part) => !/^seed=\d+$/.test(part)).join(",");
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
