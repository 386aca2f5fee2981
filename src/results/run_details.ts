import { join } from "@std/path";
import { SEMANTICS } from "../experiment/semantics.ts";
import { checkWhole } from "./check_whole.ts";
import { type AnyAbout, readAnyAbout } from "./read_run.ts";
import { readNeighbours } from "./read_shown.ts";
import type { NeighboursFile } from "./run_files.ts";

/** A complete run as it is shown by itself. */
export interface RunDetails extends AnyAbout {
  /** What its vectors are near; absent where it has none. */
  readonly meaning?: NeighboursFile;
  /** The files in its folder, sorted by name. */
  readonly files: readonly RunFileSize[];
}

/** A file of a run's folder. */
export interface RunFileSize {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Reads a complete run without its predictions, and checks that all its files are those that it wrote.
 *
 * @throws {InputError} where there is no complete run, or it was written by a newer version
 * @throws {DamagedRun} naming the file that is missing or was changed
 */
export async function readDetails(folder: string): Promise<RunDetails> {
  const about = await readAnyAbout(folder);
  // Runs of earlier semantics have fewer hashes to compare with.
  if (about.experiment.semantics === SEMANTICS) await checkWhole(folder);
  const meaning = await readNeighbours(folder, about.environment);
  return { ...about, ...(meaning && { meaning }), files: await filesIn(folder) };
}

/** The files directly in a folder, sorted by name; links and other folders are none. */
export async function filesIn(folder: string): Promise<RunFileSize[]> {
  const found: RunFileSize[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) found.push({ name, bytes: (await Deno.lstat(join(folder, name))).size });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
