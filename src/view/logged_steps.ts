import { join } from "@std/path";
import { parseJson } from "../base/json_text.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { JSON_LIMIT, readTextLimited } from "../disk/read_limited.ts";
import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/training_files.ts";

/**
 * The steps that a run has logged. A run that is underway may be writing a line, and what it has not ended is no step yet.
 *
 * @returns empty where nothing is logged
 * @throws {InputError} where the file is too large, or no regular one
 * @throws {RangeError} where another line is none of ours
 */
export async function loggedSteps(folder: string): Promise<HistoryLine[]> {
  const text = await readTextLimited(join(folder, "history.jsonl"), JSON_LIMIT).catch((error) => {
    if (isAbsent(error)) return "";
    throw error;
  });
  return text.split("\n").slice(0, -1).map((line, i) => {
    const refuse = (fault: string) => new RangeError(`history.jsonl, line ${i + 1}: ${fault}`);
    return TRAINING_FILES.read("history_line", jsonIn(line, refuse), refuse);
  });
}

function jsonIn(line: string, refuse: (fault: string) => Error): unknown {
  try {
    return parseJson(line);
  } catch {
    throw refuse("it is not JSON");
  }
}
