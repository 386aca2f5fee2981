import { join } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";

/** Numbers within names by their size: length=5 before length=20. */
const BY_NAME = new Intl.Collator("en", { numeric: true }).compare;

/** The folders at or below a results folder that contain a run's `metrics.json`, including variants, sorted by name. */
export async function runFolders(folder: string): Promise<string[]> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const found = entries.some(({ name }) => name === "metrics.json") ? [folder] : [];
  for (const { name, isDirectory } of entries.sort((a, b) => BY_NAME(a.name, b.name))) {
    const isPlace = isDirectory && !name.startsWith(".") && !name.endsWith(".partial");
    if (!isPlace) continue;
    for (const inner of await runFolders(join(folder, name))) found.push(inner);
  }
  return found;
}
