import { join } from "@std/path";
import { CHECKSUMS } from "../disk/checksums.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { isEntryName } from "./compile_cache.ts";
import { isGenerationFile } from "./generation_files.ts";
import { isPrefixFile } from "./prefix_files.ts";
import { isStepFile } from "./step_files.ts";

/** The manifest of entries of earlier versions, whose graphs are those of a prompt and of a bank. */
const EARLIER = "artifacts.json";

/** The folders of the entries in a cache of compiled steps; links are none, and a link is no cache. */
export async function cachedEntries(cache: string): Promise<string[]> {
  try {
    if (!(await Deno.lstat(cache)).isDirectory) return [];
    const entries = await Array.fromAsync(Deno.readDir(cache));
    return entries.filter(({ name, isDirectory }) => isDirectory && isEntryName(name))
      .map(({ name }) => join(cache, name)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Whether a file is one that entries consist of. */
export function isEntryFile(name: string): boolean {
  if (name === CHECKSUMS || name === EARLIER) return true;
  return [isStepFile, isGenerationFile, isPrefixFile].some((isOne) => isOne(name));
}
