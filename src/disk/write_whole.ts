import { dirname } from "@std/path";

/** The content of a file: bytes or a text, whole or in pieces. */
export type FileContent = Uint8Array | string | Iterable<string | Uint8Array>;

/**
 * Writes a file so that, whenever the program or the machine stops, its path has the old content or the new one: the new
 * one is on the disk under a temporary name before it is renamed.
 */
export async function writeWhole(path: string, content: FileContent): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeSynced(temporary, content);
    await putInPlace(temporary, path);
  } catch (error) {
    // What was written takes space that a full disk needs; the original error matters more.
    await removeAll(temporary).catch(() => {});
    throw error;
  }
}

/** What a file's name ends in until it is renamed. */
const TEMPORARY = ".new";

/** Where a file is written before it is renamed to its path. */
export function temporaryPath(path: string): string {
  return `${path}${TEMPORARY}`;
}

/** The path of a file that is written under a temporary name; of others, their own. */
export function finalPath(path: string): string {
  return path.endsWith(TEMPORARY) ? path.slice(0, -TEMPORARY.length) : path;
}

/** Writes a new file, and returns when it is on the disk. Whatever is at its path is removed. */
export async function writeSynced(path: string, content: FileContent): Promise<void> {
  await removeAll(path);
  using file = await Deno.open(path, { createNew: true, write: true });
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  const encoder = new TextEncoder();
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  await file.sync();
}

/** Renames a file that is complete, when it is on the disk; returns when the new name is, too. */
export async function putInPlace(temporary: string, path: string): Promise<void> {
  await syncFile(temporary);
  await Deno.rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Returns when a file's content is on the disk. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}

/** Returns when the names in a folder are on the disk, where the system can tell: Windows opens no folder. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    using opened = await Deno.open(folder);
    await opened.sync();
  } catch {
    // Elsewhere the order in which names reach the disk is up to the file system.
  }
}

/** Removes a file or a folder with all that is in it, if there is one. */
export async function removeAll(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

/** Throws an error again unless it says that a file is missing. */
export function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
