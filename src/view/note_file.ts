import { join } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";

/** The file of a run's folder that has what somebody noted on it. */
export const NOTE_FILE = "note.txt";

/** The longest note, in UTF-16 units: as many as fit the limit of short files in any script. */
export const LONGEST_NOTE = 20_000;

/** What is noted on a run; empty where there is nothing. @throws {InputError} where the file is too large, or no regular one */
export async function readNote(folder: string): Promise<string> {
  try {
    return (await readTextLimited(join(folder, NOTE_FILE), SHORT_LIMIT)).trimEnd();
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  }
}

/** Replaces what is noted on a run; an empty note is none. @throws {DiskError} where it cannot be written */
export async function writeNote(folder: string, note: string): Promise<void> {
  const file = join(folder, NOTE_FILE);
  const text = note.trimEnd();
  const write = () => text === "" ? removeAll(file) : writeWhole(file, `${text}\n`);
  await onDisk(file, write, "view [folder]");
}
