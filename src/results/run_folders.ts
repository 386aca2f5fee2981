import { join, relative, resolve } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { BEGUN_FILE } from "./begun_run.ts";

/** The unsigned decimal numbers in a name. */
const NUMBERS = /(\d+(?:\.\d+)?(?:e[+-]?\d+)?)/;

/** What ends the name of a folder that is not complete. */
const PARTIAL = partialPath("");

/** The files that a run's partial folder starts with; one that something else is written into has none of them. */
const FIRST_FILES: readonly string[] = [BEGUN_FILE, "experiment.yaml"];

/**
 * The folders at or below a results folder that contain a run's `metrics.json`, including variants, sorted by name. One that may not be
 * read is among them: it may hold a run, and whoever reads that says why it cannot.
 */
export async function runFolders(folder: string): Promise<string[]> {
  const found = await foldersWithin(folder);
  return found.flatMap(({ path, entries }) => holdsRun(entries) ? [path] : []);
}

/** The folders directly in another that contain a run's `metrics.json`, sorted by name. */
export async function runsDirectlyIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, isDirectory } of await sortedEntries(folder) ?? []) {
    if (!isDirectory || name.startsWith(".") || name.endsWith(PARTIAL)) continue;
    const inner: string = join(folder, name);
    if (holdsRun(await entriesOf(inner))) found.push(inner);
  }
  return found;
}

/** The partial folders, beside a results folder or below it, of runs that were begun and are not complete. */
export async function partialRuns(folder: string): Promise<string[]> {
  const within = (await foldersWithin(folder)).flatMap(({ path, entries }) =>
    (entries ?? []).filter(({ name, isDirectory }) =>
      isDirectory && name.endsWith(PARTIAL) && !name.startsWith(".")
    ).map(({ name }) => join(path, name))
  );
  const found: string[] = [];
  for (const path of [partialPath(resolve(folder)), ...within]) {
    const written = await entriesOf(path);
    if (written?.some(({ name }) => FIRST_FILES.includes(name))) found.push(path);
  }
  return found;
}

/** The folders at or below a results folder that contain a file of some name, as paths from it, sorted by name. */
export async function foldersWith(name: string, folder: string): Promise<string[]> {
  const found = await foldersWithin(folder);
  return found.flatMap(({ path, entries = [] }) =>
    entries.some((one) => one.name === name) ? [relative(folder, path)] : []
  );
}

/** The symbolic links in the folders at or below a results folder that may hold runs; hidden ones are left out. */
export async function linksWithin(folder: string): Promise<string[]> {
  const found = await foldersWithin(folder);
  return found.flatMap(({ path, entries = [] }) =>
    entries.flatMap(({ name, isSymlink }) => isSymlink && !name.startsWith(".") ? [join(path, name)] : [])
  );
}

/** What is in a folder; `undefined` where it may not be read. */
type Entries = readonly Deno.DirEntry[] | undefined;

/** A folder, and what is in it. */
interface Folder {
  readonly path: string;
  readonly entries: Entries;
}

/** Whether a folder has a run's metrics, or may have them. */
function holdsRun(entries: Entries): boolean {
  return entries === undefined || entries.some(({ name }) => name === "metrics.json");
}

/** A results folder and those below it that a run may have, sorted by name: neither hidden nor partial ones. */
async function foldersWithin(path: string): Promise<Folder[]> {
  const entries = await sortedEntries(path);
  const found: Folder[] = [{ path, entries }];
  for (const { name, isDirectory } of entries ?? []) {
    const isPlace = isDirectory && !name.startsWith(".") && !name.endsWith(PARTIAL);
    if (!isPlace) continue;
    for (const inner of await foldersWithin(join(path, name))) found.push(inner);
  }
  return found;
}

async function sortedEntries(folder: string): Promise<Entries> {
  return (await entriesOf(folder))?.toSorted((a, b) => byName(a.name, b.name));
}

/** Numbers within names by their values, length=5 before length=20 and 0.01 before 0.1; what is left of them by its characters. */
function byName(one: string, other: string): number {
  const [ones, others] = [one.split(NUMBERS), other.split(NUMBERS)];
  for (const [at, piece] of ones.entries()) {
    const against = others[at];
    if (against === undefined) break;
    const difference = at % 2 === 1 ? Number(piece) - Number(against) : byCharacters(piece, against);
    if (difference !== 0) return difference;
  }
  return ones.length - others.length || byCharacters(one, other);
}

function byCharacters(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** What is in a folder: nothing where there is no such folder. */
async function entriesOf(folder: string): Promise<Entries> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (isAbsent(error)) return [];
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
