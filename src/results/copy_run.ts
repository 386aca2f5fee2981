import { basename, dirname, join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { copyFile } from "../disk/copy_file.ts";
import { Lock, lockPath } from "../disk/lock.ts";
import { onDisk } from "../disk/on_disk.ts";
import { realPlace } from "../disk/project.ts";
import { replaceFolder } from "../disk/replace_folder.ts";
import { removeAll, writeSynced } from "../disk/write_whole.ts";
import { movedFiles } from "./moved_run.ts";
import { checkListedFile, filesOfRun, isRunFile } from "./own_files.ts";
import { RunFolder, staysInPlace } from "./run_folder.ts";
import { RunHistory } from "./run_history.ts";
import { type PlacedResult, placedResult } from "./same_result.ts";

/** A complete run in a folder of results. */
export interface ResultAt {
  /** The path of its place from the folder of all results. */
  readonly name: string;
  /** The folder of all results. */
  readonly results: string;
  readonly result: PlacedResult;
}

/**
 * Copies a complete run to the same place in another folder of results. It is there whole or not at all, whenever the program stops.
 *
 * @param into the folder of all results that it is copied into
 * @param check compares it with a run that is in its place already
 * @param log takes a line on what was recovered there
 * @returns whether it was copied; not where the same result is there already
 * @throws {InputError} where something else is in its place, or a process is at it
 */
export async function copyRun(
  { name, results, result }: ResultAt,
  into: string,
  check: (present: PlacedResult) => Promise<void>,
  log: (line: string) => void,
): Promise<boolean> {
  const place = join(into, name);
  const staging = join(dirname(place), `.${basename(place)}.merge`);
  const lock = await Lock.tryTake(lockPath(into, name), { log, elsewhere: "--into" });
  if (lock === undefined) {
    throw new InputError(
      `${place} is being run: merge again when that has ended, which goes on with the rest`,
    );
  }
  try {
    await removeAll(staging);
    await RunFolder.recover(place, new RunHistory(into, place, log).retire);
    const present = await placedResult(place);
    if (present !== undefined) {
      await check(present);
      return false;
    }
    await checkFree(place);
    await onDisk(place, async () => {
      await Deno.mkdir(staging, { recursive: true });
      await copyInto(staging, result, results, place);
      await replaceFolder(place, staging, staysInPlace);
    }, "--into");
    return true;
  } finally {
    lock.release();
  }
}

/** @throws {InputError} where a place without a complete run has files of one, or is reached by a link */
export async function checkFree(place: string): Promise<void> {
  const info = await Deno.lstat(place).catch(() => undefined);
  if (info === undefined) return;
  if (!info.isDirectory) {
    throw new InputError(
      `${place} is ${
        info.isSymlink ? "a symbolic link" : "no folder"
      }: move it away, or merge into another folder`,
    );
  }
  for await (const { name } of Deno.readDir(place)) {
    if (!isRunFile(name)) continue;
    throw new InputError(
      `${
        join(place, name)
      } is there already, and not of a complete run: move it away, or merge into another folder`,
    );
  }
}

/** Copies a run's files into a new folder, which will be in the run's place. */
async function copyInto(
  staging: string,
  { folder, run: { environment } }: PlacedResult,
  results: string,
  place: string,
): Promise<void> {
  const [own, all, next] = await allDone([folder, results, place].map(realPlace));
  const texts = await movedFiles({ folder: own!, results: all!, place: next! }, environment);
  for (const name of await filesOfRun(folder, environment)) {
    const to: string = join(staging, name);
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (text !== undefined) await writeSynced(to, text);
    else {
      const sha256 = await copyFile(join(folder, name), to);
      // That hash is of its content without name and description.
      if (name !== "experiment.yaml") checkListedFile(folder, name, sha256, environment);
    }
  }
}
