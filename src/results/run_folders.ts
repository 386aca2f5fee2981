import { join, resolve } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { BEGUN_FILE } from "./begun_run.ts";

/** The pieces of a name: numbers as they are written, such as 0.01 and 1e-4, and what is between them. */
const PIECES = /\d+(?:\.\d+)?(?:e[-+]?\d+)?|\D+/g;

const BY_LETTERS = new Intl.Collator("en").compare;

/** Compares names with the numbers within them by their size: length=5 before length=20, and 0.01 before 0.1. */
function byName(a: string, b: string): number {
  const [own, others] = [a.match(PIECES) ?? [], b.match(PIECES) ?? []];
  for (const [i, piece] of own.entries()) {
    const other = others[i];
    if (other === undefined) return 1;
    const order = Number(piece) - Number(other) || BY_LETTERS(piece, other);
    if (order !== 0) return order;
  }
  return own.length - others.length;
}

/** What ends the name of a folder that is not complete. */
const PARTIAL = partialPath("");

/** The files that a run's partial folder starts with; one that something else is written into has none of them. */
const FIRST_FILES: readonly string[] = [BEGUN_FILE, "experiment.yaml"];

/** The folders at or below a results folder that contain a run's `metrics.json`, including variants, sorted by name. */
export async function runFolders(folder: string): Promise<string[]> {
  const found = await foldersWithin(folder);
  return found.flatMap(({ path, entries }) =>
    entries.some(({ name }) => name === "metrics.json") ? [path] : []
  );
}

/** The partial folders, beside a results folder or below it, of runs that were begun and are not complete. */
export async function partialRuns(folder: string): Promise<string[]> {
  const within = (await foldersWithin(folder)).flatMap(({ path, entries }) =>
    entries.filter(({ name, isDirectory }) => isDirectory && name.endsWith(PARTIAL) && !name.startsWith("."))
      .map(({ name }) => join(path, name))
  );
  const found: string[] = [];
  for (const path of [partialPath(resolve(folder)), ...within]) {
    const written = await entriesOf(path);
    if (written.some(({ name }) => FIRST_FILES.includes(name))) found.push(path);
  }
  return found;
}

/** A folder, and what is in it. */
interface Folder {
  readonly path: string;
  readonly entries: readonly Deno.DirEntry[];
}

/** A results folder and those below it that a run may have, sorted by name: neither hidden nor partial ones. */
async function foldersWithin(path: string): Promise<Folder[]> {
  const entries = (await entriesOf(path)).sort((a, b) => byName(a.name, b.name));
  const found: Folder[] = [{ path, entries }];
  for (const { name, isDirectory } of entries) {
    const isPlace = isDirectory && !name.startsWith(".") && !name.endsWith(PARTIAL);
    if (!isPlace) continue;
    for (const inner of await foldersWithin(join(path, name))) found.push(inner);
  }
  return found;
}

/** Empty where there is no such folder. */
async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
