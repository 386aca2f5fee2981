import { basename, dirname, join, resolve, SEPARATOR } from "@std/path";
import {
  type FileContent,
  ignoreMissing,
  putInPlace,
  removeAll,
  syncFolder,
  writeSynced,
} from "./write_whole.ts";

/** The contents of files by their paths in a folder, with `/`. */
export type FolderContents = Readonly<Record<string, FileContent>>;

/** Whether what a folder had before stays beside its new files. @param path from the folder, with `/` */
type Keeps = (entry: Deno.DirEntry, path: string) => boolean;

/** Takes away a folder that was replaced, when what stays of it has been moved to the new one. Called again where it was stopped. */
export type Retire = (old: string) => Promise<void>;

/**
 * Writes files into a folder so that, whenever the program or the machine stops, it has all its old files or all new ones.
 * They are written beside it (`<folder>.partial`), the folder is moved away (`.<folder>.old`) and the new one put in its
 * place; the next call completes a replacement that was stopped halfway. Files of other names stay, but for those to drop.
 *
 * A folder that cannot be moved, as it is the working directory or a file system of its own, gets its files one by one, when
 * all of them have been written.
 *
 * @param drops the paths in the folder, with `/`, of old files that do not belong with the new ones
 */
export async function writeFolder(
  folder: string,
  files: FolderContents,
  drops: readonly string[] = [],
): Promise<void> {
  const path = await Deno.realPath(folder).catch((error) => (ignoreMissing(error), resolve(folder)));
  await recoverFolder(path, () => true);
  const isFixed = await cannotMove(path);
  const partial = isFixed ? join(path, ".partial") : partialPath(path);
  try {
    await removeAll(partial);
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(partial, name)), { recursive: true });
      await writeSynced(join(partial, name), content);
      await syncFolder(dirname(join(partial, name)));
    }
    if (!isFixed) return await replaceFolder(path, partial, (_, name) => !drops.includes(name));
    for (const name of Object.keys(files)) {
      await Deno.mkdir(dirname(join(path, name)), { recursive: true });
      await putInPlace(join(partial, name), join(path, name));
    }
    for (const name of drops) await removeAll(join(path, name));
  } catch (error) {
    // What was written takes space that a full disk needs; the original error matters more.
    await removeAll(partial).catch(() => {});
    throw error;
  }
  await removeAll(partial);
}

/**
 * Puts a complete folder in the place of another.
 *
 * @param keeps what stays of the old one's entries, unless the new one has them
 * @param retire what becomes of the old one; by default it is removed
 */
export async function replaceFolder(
  path: string,
  complete: string,
  keeps: Keeps,
  retire: Retire = removeAll,
): Promise<void> {
  const old = oldPath(path);
  await syncFolder(complete);
  await Deno.rename(path, old).catch(ignoreMissing);
  try {
    await Deno.rename(complete, path);
  } catch (error) {
    // What was there comes back at once, and not with the next call.
    await Deno.rename(old, path).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
  await mergeOld(old, path, keeps, retire);
}

/** Completes or undoes a replacement that was stopped halfway. */
export async function recoverFolder(path: string, keeps: Keeps, retire: Retire = removeAll): Promise<void> {
  const old = oldPath(path);
  if (!await isThere(old)) return;
  if (await isThere(path)) await mergeOld(old, path, keeps, retire);
  else await Deno.rename(old, path);
}

/** The path of a folder's new files until they are complete. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

function oldPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.old`);
}

/** Moves what stays from a replaced folder to the new one, and retires the old; of a link, the link alone. */
async function mergeOld(
  old: string,
  path: string,
  keeps: Keeps,
  retire: Retire,
  within = "",
): Promise<void> {
  for (const entry of await entriesOf(old)) {
    const [from, to] = [join(old, entry.name), join(path, entry.name)];
    const inFolder = `${within}${entry.name}`;
    if (!keeps(entry, inFolder)) continue;
    if (!await isThere(to)) await Deno.rename(from, to);
    else if (entry.isDirectory && (await Deno.lstat(to)).isDirectory) {
      await mergeOld(from, to, keeps, removeAll, `${inFolder}/`);
    }
  }
  await retire(old);
}

/** Whether a folder is the working directory, or above it, or a file system of its own. */
async function cannotMove(path: string): Promise<boolean> {
  if (!await isThere(path)) return false;
  // An error where it is a file.
  await Deno.mkdir(path, { recursive: true });
  if (`${await workingFolder()}${SEPARATOR}`.startsWith(`${path}${SEPARATOR}`)) return true;
  return (await Deno.stat(path)).dev !== await fileSystemBeside(path);
}

/** The working directory; `undefined` where it may not be read, and so lies in no folder that may be written. */
async function workingFolder(): Promise<string | undefined> {
  try {
    return await Deno.realPath(Deno.cwd());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** The file system of the folder above, which itself may not be readable; `undefined` where nothing can be written into it. */
async function fileSystemBeside(path: string): Promise<number | undefined> {
  const beside = partialPath(path);
  try {
    await Deno.mkdir(beside, { recursive: true });
    const { dev } = await Deno.stat(beside);
    await removeAll(beside);
    return dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** What is in a folder; nothing in a symbolic link to one, as that belongs to others. */
async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    if ((await Deno.lstat(folder)).isSymlink) return [];
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, (error) => (ignoreMissing(error), false));
}
