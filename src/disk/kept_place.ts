import { basename, dirname, join, relative, resolve, SEPARATOR } from "@std/path";
import { fileNamePart } from "../base/file_name.ts";

/** The folder, within that of all results, of the runs that others have replaced. */
const HISTORY = ".history";

/** The name of a run in a history: when it ended, in UTC, and what it was. */
const KEPT_NAME = /^\d{8}T\d{6}\.\d{3}Z-[^-]+$/;

/** The longest part of a hash in a name. */
const HASH_DIGITS = 12;

/**
 * The folder of the runs that were at a path before: they are in it side by side.
 *
 * @param results the folder of all results
 * @param path of a run in it
 */
export function historyFolder(results: string, path: string): string {
  return join(results, HISTORY, relative(resolve(results), resolve(path)));
}

/** The name of a run in the history of its path. Names are in the order of their times. @param hash of its content */
export function keptName(time: Date, hash: string): string {
  const digits = hash.slice(0, HASH_DIGITS).replaceAll("-", "");
  return `${time.toISOString().replace(/[-:]/g, "")}-${fileNamePart(digits, HASH_DIGITS)}`;
}

/** Whether a name is that of a run in a history. */
export function isKeptName(name: string): boolean {
  return KEPT_NAME.test(name);
}

/** The folder that a run in a history was at, whose files name others from there; any other folder itself. */
export function keptPlace(folder: string): string {
  const parts = resolve(folder).split(SEPARATOR);
  const at = parts.lastIndexOf(HISTORY);
  const isKept = at >= 0 && at < parts.length - 2 && isKeptName(basename(resolve(folder)));
  return isKept ? parts.toSpliced(at, 1).slice(0, -1).join(SEPARATOR) : folder;
}

/** The folder that the paths in a file are relative to: its own, or the one that it was in before it came into a history. */
export function pathsFrom(file: string): string {
  return keptPlace(dirname(file));
}

/** The folder that a run's own file was written for: where it is, or was, or will be when the run is complete. */
export function runOfFile(file: string): string {
  const place = keptPlace(dirname(resolve(file)));
  return join(dirname(place), basename(place, ".partial"));
}
