import { join } from "@std/path";
import { withoutSha256, withSha256 } from "../base/sha256.ts";
import { type Elsewhere, onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { damaged } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { checkFormat } from "./format.ts";
import { readJson } from "./read_run.ts";
import type { SearchRecord } from "./run_files.ts";

/** The format of `search.json`. */
export const SEARCH_FORMAT = "softprompt-search/1";

/** The file's name, in the folder of the experiment. */
export const SEARCH_FILE = "search.json";

/**
 * Writes what a search has tried so far into the folder of its experiment.
 *
 * @param elsewhere what chooses another folder, where it cannot be written
 */
export async function writeSearchRecord(
  folder: string,
  record: SearchRecord,
  elsewhere?: Elsewhere,
): Promise<void> {
  const path = join(folder, SEARCH_FILE);
  await onDisk(path, async () => {
    await Deno.mkdir(folder, { recursive: true });
    await writeWhole(path, `${JSON.stringify(withSha256(record), null, 2)}\n`);
  }, elsewhere);
}

/**
 * What a search has tried so far; `undefined` where there is none in the folder.
 *
 * @throws {InputError} where it was written by a newer version
 * @throws {DamagedRun} where it is not as it was written
 */
export async function readSearchRecord(folder: string): Promise<SearchRecord | undefined> {
  const file = join(folder, SEARCH_FILE);
  const found = await readJson(file);
  if (found === undefined) return undefined;
  checkFormat(found.content, SEARCH_FORMAT, file);
  try {
    const content = withoutSha256(found.content);
    return RUN_FILES.read("search_record", content, (fault) => damaged(file, fault));
  } catch (error) {
    throw error instanceof RangeError ? damaged(file, error.message) : error;
  }
}
