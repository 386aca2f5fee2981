/**
 * The folders of a run's results: the final one, the partial one until the run is complete, and the old one while it is replaced.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";

/** The folder of a run's files until it is complete. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

function oldPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.old`);
}

/** Completes a move into place that a killed process has left between two steps. */
export async function finishReplacing(path: string): Promise<void> {
  const old = oldPath(path);
  if (!await isThere(old)) return;
  if (await isThere(path)) await mergeOld(old, path);
  else await Deno.rename(old, path);
}

/** Puts a complete partial folder in its place, replacing earlier results; variants within their folder stay. */
export async function moveIntoPlace(path: string): Promise<void> {
  const partial = partialPath(path);
  const old = oldPath(path);
  const names = ["checkpoint.safetensors", "content_hash"];
  for (const name of names.flatMap((name) => [name, `${name}.new`])) {
    await Deno.remove(join(partial, name)).catch(ignoreMissing);
  }
  await Deno.rename(path, old).catch(ignoreMissing);
  await Deno.rename(partial, path);
  await mergeOld(old, path);
}

/** Moves variants, which are folders within a run's, from its old folder to the new one, and removes the old. */
async function mergeOld(old: string, path: string): Promise<void> {
  for (const { name, isDirectory } of await entries(old)) {
    if (isDirectory) await Deno.rename(join(old, name), join(path, name));
  }
  await removeFolder(old);
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => (ignoreMissing(error), false));
}

/** Removes a folder, if it is there. */
export async function removeFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

/** @throws what it is given, unless it says that something is not there */
export function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
