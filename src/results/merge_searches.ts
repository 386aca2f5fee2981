import { equal } from "@std/assert/equal";
import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { joined, type Message, message } from "../base/message.ts";
import { foldersWith } from "./run_folders.ts";
import type { SearchRecord } from "./run_files.ts";
import { readSearchRecord, SEARCH_FILE } from "./search_record.ts";

/** The records of searches in several folders of results, by the paths of their folders. */
export type MergedSearches = ReadonlyMap<string, SearchRecord>;

/**
 * Reads the records of the searches in several folders of results.
 *
 * @throws {InputError} where one is damaged or of a newer version, or two of one place differ but for times
 */
export async function readSearches(folders: readonly string[]): Promise<MergedSearches> {
  const found = new Map<string, { readonly record: SearchRecord; readonly file: string }>();
  const problems: Message[] = [];
  for (const results of folders) {
    for (const path of await foldersWith(SEARCH_FILE, results)) {
      const record = await readSearchRecord(join(results, path));
      if (record === undefined) continue;
      const file = join(results, path, SEARCH_FILE);
      const before = found.get(path);
      if (before === undefined) found.set(path, { record, file });
      else if (!equal(withoutTimes(record), withoutTimes(before.record))) {
        problems.push(
          message`${before.file} and ${file} are records of different searches: keep one of them, and move the other away`,
        );
      }
    }
  }
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
  return new Map([...found].map(([path, { record }]) => [path, record]));
}

function withoutTimes({ trials, ...record }: SearchRecord): object {
  return {
    ...record,
    trials: trials.map(({ rungs, ...trial }) => ({
      ...trial,
      rungs: rungs.map(({ seconds: _, ...rung }) => rung),
    })),
  };
}
