import { join } from "@std/path";
import { cachedEntries, isEntryFile } from "../artifacts/cached_entries.ts";
import { entryLock } from "../artifacts/compile_cache.ts";
import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { sizeText } from "../base/size_text.ts";
import { askedRuns } from "../batch/asked_runs.ts";
import { isDenied } from "../disk/denied.ts";
import { Lock } from "../disk/lock.ts";
import { checkFolder } from "../results/check_folder.ts";
import {
  type Removable,
  removable,
  removablePartials,
  removableRuns,
  removeOwn,
} from "../results/removable.ts";
import type { Io } from "../terminal/io.ts";
import { tableLines } from "../terminal/table.ts";
import type { CLEANED } from "./flag_values.ts";

/** The flags of `clean`. */
export interface CleanFlags {
  /** The folder of all results. */
  readonly results: string;
  readonly what: readonly Cleaned[];
  /** Whether to remove without asking. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** A kind of what can be removed. */
type Cleaned = typeof CLEANED[number];

/** What each kind is called. */
const KINDS: Readonly<Record<Cleaned, string>> = {
  partial: "run that is not complete",
  cache: "compiled steps",
  unasked: "run that no file asks for",
};

/** Something to remove, with its kind. */
interface Found extends Removable {
  readonly kind: Cleaned;
}

/**
 * `softprompt clean`: removes from a folder of results the runs that are not complete, the compiled steps and, where experiment files
 * are named, the runs that none of them asks for; after it has said what, and asked. What it has not written itself stays, and so does
 * what a process is at.
 *
 * @param files experiment files, folders and patterns
 * @throws {InputError} where nobody can be asked and `yes` is not set, and where the folder cannot be changed
 */
export async function clean(files: readonly string[], flags: CleanFlags, io: Io): Promise<void> {
  const { results, yes, json } = flags;
  await checkFolder(results);
  const found = await toRemove(files, flags);
  if (!json) printFound(found, results, io);
  const isWanted = found.length > 0 && (yes || await answer(found, io) === true);
  const inUse = isWanted ? await removeAllOf(found, results) : [];
  if (json) printJson(found, { results, isWanted, inUse }, io);
  if (!isWanted) return refuse(found, io);
  for (const folder of inUse) io.log(`${folder} is in use, and stays`);
  if (!json) io.print(`removed: ${counted(found.length - inUse.length, "folder")}`);
}

function printFound(found: readonly Found[], results: string, io: Io): void {
  if (found.length === 0) return io.print(`there is nothing to remove in ${results}`);
  const rows = found.map(({ kind, folder, bytes }) => [folder, KINDS[kind], sizeText(bytes)]);
  for (const line of tableLines(["folder", "what it is", "frees"], rows, io.columns())) io.print(line);
}

/** @param ended whether they were removed, and which were in use and stay */
function printJson(
  found: readonly Found[],
  { results, isWanted, inUse }: {
    readonly results: string;
    readonly isWanted: boolean;
    readonly inUse: readonly string[];
  },
  io: Io,
): void {
  const folders = found.map(({ kind, folder, files, bytes }) => {
    return { kind, folder, files, bytes, removed: isWanted && !inUse.includes(folder) };
  });
  io.print(JSON.stringify({ format: "softprompt-clean/1", results, folders }, null, 2), "data");
}

/** The number of some folders, and what they take together. */
function total(found: readonly Found[]): string {
  const bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  return `${counted(found.length, "folder")}, ${sizeText(bytes)}`;
}

/** What the user answers; `undefined` where nobody can be asked. */
async function answer(found: readonly Found[], { confirm }: Io): Promise<boolean | undefined> {
  return await confirm?.(`Remove ${total(found)}?`);
}

/** @throws {InputError} where there is something to remove, and nobody could be asked */
function refuse(found: readonly Found[], { confirm, log }: Io): void {
  if (found.length === 0) return;
  if (confirm !== undefined) return log("nothing was removed");
  throw new InputError(`nothing was removed, as nobody can be asked: add --yes to remove ${total(found)}`);
}

async function toRemove(files: readonly string[], { results, what }: CleanFlags): Promise<Found[]> {
  const of = (kind: Cleaned, some: readonly Removable[]) => some.map((one) => ({ ...one, kind }));
  if (what.includes("unasked") && files.length === 0) {
    throw new InputError(
      "which runs no file asks for depends on the files: name experiment files, or folders of them",
    );
  }
  const isAsked = files.length > 0 ? await askedRuns(files, results) : undefined;
  const isChosen = (kind: Cleaned) => what.length === 0 || what.includes(kind);
  return [
    ...isChosen("partial") ? of("partial", await removablePartials(results)) : [],
    ...isChosen("cache") ? of("cache", await removableSteps(results)) : [],
    ...isAsked && isChosen("unasked") ? of("unasked", await removableRuns(results, isAsked)) : [],
  ];
}

/** The compiled steps that runs keep beside their results. */
async function removableSteps(results: string): Promise<Removable[]> {
  const found: Removable[] = [];
  for (const folder of await cachedEntries(join(results, ".cache"))) {
    const entry = await removable(folder, isEntryFile, [entryLock(folder)]);
    if (entry.files.length > 0) found.push(entry);
  }
  return found;
}

/** Removes all that nobody is at. @returns the folders that stay, as somebody is */
async function removeAllOf(found: readonly Removable[], results: string): Promise<string[]> {
  const left: string[] = [];
  for (const one of found) {
    try {
      if (!await removedAlone(one)) left.push(one.folder);
    } catch (error) {
      throw cannotRemove(error, one.folder, results);
    }
  }
  return left;
}

/** Removes a folder whose locks are all free. @returns whether they are */
async function removedAlone(one: Removable): Promise<boolean> {
  const held: Lock[] = [];
  try {
    for (const path of one.locks) {
      const lock = await Lock.tryTake(path);
      if (lock === undefined) return false;
      held.push(lock);
    }
    await removeOwn(one);
    return true;
  } finally {
    for (const lock of held) lock.release();
  }
}

/** What is said where the system denies a change. */
function cannotRemove(error: unknown, folder: string, results: string): unknown {
  if (!isDenied(error)) return error;
  return new InputError(
    `${folder} cannot be removed, as ${results} cannot be changed: ask for the permission to write there`,
    { cause: error },
  );
}
