import { parse } from "@std/csv/parse";
import { basename } from "@std/path";
import { InputError } from "../experiment/errors.ts";
import { type Columns, exampleOf, recordsOf, splitTabs, type TableRecord } from "./columns.ts";
import type { Example } from "./example.ts";

/**
 * Reads labelled texts from a .tsv, .csv (RFC 4180) or .jsonl file in UTF-8; the first two name their columns in the first
 * line.
 *
 * @throws {InputError} naming the file and the line, where the file or a column is missing or a line cannot be read
 */
export async function readTable(path: string, columns: Columns): Promise<Example[]> {
  const content = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`there is no ${path}: check the 'dataset' of the experiment`);
  });
  const records = path.endsWith(".jsonl")
    ? parseJsonLines(content, path)
    : parseColumns(content, path, columns);
  return records.map((one) => exampleOf(one, basename(path), path, columns));
}

function parseColumns(content: string, path: string, columns: Columns): TableRecord[] {
  return recordsOf(path.endsWith(".tsv") ? splitTabs(content) : splitCommas(content, path), path, columns);
}

function splitCommas(content: string, path: string): string[][] {
  try {
    return parse(content) as string[][];
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parseJsonLines(content: string, path: string): TableRecord[] {
  return content.split("\n").flatMap((text, i) => {
    if (text.trim() === "") return [];
    try {
      return [{ line: i + 1, record: JSON.parse(text) }];
    } catch (error) {
      throw new InputError(`${path}:${i + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}
