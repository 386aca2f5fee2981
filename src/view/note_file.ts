import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { SHORT_LIMIT } from "../disk/read_limited.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";
import { readShownText } from "./shown_text.ts";

/** The file of a run's folder that has what somebody noted on it. */
export const NOTE_FILE = "note.txt";

/** The longest note, in UTF-16 units: as many as fit the limit of short files in any script. */
export const LONGEST_NOTE = 20_000;

/** What is noted on a run; empty where there is nothing. @throws {DamagedRun} where the file is too large, no regular one, or cannot be read */
export async function readNote(folder: string): Promise<string> {
  return (await readShownText(folder, NOTE_FILE, SHORT_LIMIT))?.trimEnd() ?? "";
}

/**
 * Replaces what is noted on a run; an empty note is none.
 *
 * @param before what was noted when it was written
 * @throws {InputError} where the run's folder is gone, or something else is noted now
 * @throws {DiskError} where it cannot be written
 */
export async function writeNote(
  folder: string,
  { note, before }: { readonly note: string; readonly before: string },
): Promise<void> {
  const file = join(folder, NOTE_FILE);
  const text = note.trimEnd();
  const write = async () => {
    await Deno.stat(folder);
    if (await readNote(folder) !== before) {
      throw new InputError("it was changed elsewhere meanwhile: look at that note, and save again");
    }
    await (text === "" ? removeAll(file) : writeWhole(file, `${text}\n`));
  };
  try {
    await onDisk(file, write, "view [folder]");
  } catch (error) {
    if (isAbsent(error)) throw new InputError(`there is no ${folder} any more: it was moved or removed`);
    throw error;
  }
}
