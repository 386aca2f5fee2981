import { equal } from "@std/assert/equal";
import { join } from "@std/path";
import { hashFile } from "../disk/hash_file.ts";
import { STREAM_LIMIT } from "../disk/read_limited.ts";
import { readOwn } from "./damaged_run.ts";
import type { CompleteMetrics } from "./metrics_file.ts";
import { filesOfRun } from "./own_files.ts";
import { type FinishedRun, readFinished } from "./read_run.ts";

/**
 * The files whose bytes depend on more than what a run computes: its times and its machine are in `environment.json` and in the report, and
 * the paths of what it names in `experiment.yaml`, whose other keys the content hash stands for. `metrics.json` is compared by its keys.
 */
const OF_MACHINE: readonly string[] = ["environment.json", "experiment.yaml", "metrics.json", "report.html"];

/** The keys of `metrics.json` that are times. */
const TIMES: ReadonlySet<string> = new Set<keyof CompleteMetrics>(["seconds", "examples_per_second"]);

/** A complete run and its folder. */
export interface PlacedResult {
  readonly folder: string;
  readonly run: FinishedRun;
}

/**
 * What differs between two results of the same content, but for times, paths and the machine: the names of files, those of
 * `metrics.json` with the keys.
 *
 * @throws {DamagedRun} where a file cannot be read
 */
export async function resultDifferences(a: PlacedResult, b: PlacedResult): Promise<string[]> {
  const keys = differingKeys(a.run.metrics, b.run.metrics);
  const files = new Set([...await comparedFiles(a), ...await comparedFiles(b)]);
  const found = keys.length > 0 ? [`metrics.json (${keys.map((key) => `'${key}'`).join(", ")})`] : [];
  for (const name of [...files].sort()) {
    const [own, other] = [await hashOf(a.folder, name), await hashOf(b.folder, name)];
    if (own === undefined) found.push(`${name} (not in ${a.folder})`);
    else if (other === undefined) found.push(`${name} (not in ${b.folder})`);
    else if (own !== other) found.push(name);
  }
  return found;
}

/** The complete run in a folder; `undefined` where there is none. @throws {InputError} as `readFinished` does */
export async function placedResult(folder: string): Promise<PlacedResult | undefined> {
  const run = await readFinished(folder);
  return run && { folder, run };
}

function differingKeys(a: object, b: object): string[] {
  const [own, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...own.keys(), ...other.keys()])]
    .filter((key) => !TIMES.has(key) && !equal(own.get(key), other.get(key)));
}

async function comparedFiles({ folder, run }: PlacedResult): Promise<string[]> {
  const files = await filesOfRun(folder, run.environment);
  return files.filter((name) => !OF_MACHINE.includes(name));
}

async function hashOf(folder: string, name: string): Promise<string | undefined> {
  return await readOwn(join(folder, name), hashFile, STREAM_LIMIT);
}
