import { join, relative } from "@std/path";
import { InputError } from "../base/errors.ts";
import { runFolders } from "../results/run_folders.ts";
import { COMPARABLE, readReport } from "../results/saved_report.ts";
import { readEnvironment, readMetrics, readRun, readSummary, type RunRecord } from "../results/read_run.ts";

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

/**
 * Reads one side: a run's folder, a folder of runs (a sweep's, or that of all results), or the `report.html` or
 * `summary.html` saved from one.
 *
 * @throws {InputError} where there is no complete run
 */
export async function readSide(source: string): Promise<Side> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) {
    throw new InputError(`there is no ${source}: ${COMPARABLE}`);
  }
  const runs = info.isFile ? await readReport(source) : await runsIn(source);
  return { source, groups: groupBySeed(runs) };
}

async function runsIn(folder: string): Promise<Map<string, RunRecord>> {
  await readEnvironment(folder);
  const summary = await readSummary(folder);
  const found = new Map<string, RunRecord>();
  if (summary !== undefined) {
    for (const { status, folder: name } of summary.rows) {
      if (status === "complete") found.set(name, await readRun(join(folder, name)));
    }
  } else if (await isThere(join(folder, "metrics.json"))) {
    const metrics = await readMetrics(folder);
    if (metrics?.status !== "complete") {
      throw new InputError(
        `the run in ${folder} is not complete: run its experiment again, which resumes it`,
      );
    }
    return found.set("", await readRun(folder));
  } else {
    for (const path of await runFolders(folder)) {
      const metrics = await readMetrics(path);
      if (metrics?.status === "complete") found.set(relative(folder, path), await readRun(path));
    }
  }
  if (found.size === 0) {
    throw new InputError(
      `there is no complete run in ${folder}: ${COMPARABLE}`,
    );
  }
  return found;
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
