import { join } from "@std/path";
import { findInnerFile } from "../disk/inner_file.ts";
import type { SizeLimit } from "../disk/read_limited.ts";
import { readOwn } from "../results/damaged_run.ts";

/**
 * The text of a file in a run's folder that is shown as it is; `undefined` where there is none. No hash tells that the run, or somebody,
 * wrote it: a link out of the folder could show any file.
 *
 * @throws {DamagedRun} where it is too large, is no regular file or a link out of the folder, or cannot be read
 */
export async function readShownText(
  folder: string,
  name: string,
  limit: SizeLimit,
): Promise<string | undefined> {
  return await readOwn(join(folder, name), async (file) => {
    await findInnerFile(folder, file);
    return await Deno.readTextFile(file);
  }, limit);
}
