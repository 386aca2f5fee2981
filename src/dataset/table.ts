import { parse } from "@std/csv/parse";
import { basename } from "@std/path";
import { InputError } from "../experiment/errors.ts";
import type { Example } from "./example.ts";

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads labelled texts from a .tsv, .csv (RFC 4180) or .jsonl file in UTF-8; the first two name their columns in the first
 * line.
 *
 * @throws {InputError} naming the file and the line, where the file or a column is missing or a line cannot be read
 */
export async function readTable(path: string, columns: { text: string; label: string }): Promise<Example[]> {
  const content = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`there is no ${path}: check the 'dataset' of the experiment`);
  });
  const records = path.endsWith(".jsonl")
    ? parseJsonLines(content, path)
    : parseColumns(content, path, columns);
  return records.map(({ line, record }) => {
    const [text, label] = [columns.text, columns.label].map((column) => {
      const value = record[column];
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        return String(value).trim();
      }
      throw new InputError(
        `${path}:${line}: there is no '${column}' (found: ${Object.keys(record).join(", ")})`,
      );
    }) as [string, string];
    return { id: `${basename(path)}:${line}`, text, label };
  });
}

function parseColumns(
  content: string,
  path: string,
  columns: { text: string; label: string },
): { line: number; record: Row }[] {
  const rows = path.endsWith(".tsv") ? splitTabs(content) : splitCommas(content, path);
  const [header = [], ...body] = rows;
  for (const column of Object.values(columns)) {
    if (!header.includes(column)) {
      throw new InputError(`${path}:1: there is no column '${column}' (found: ${header.join(", ")})`);
    }
  }
  return body.map((row, i) => {
    if (row.length !== header.length) {
      throw new InputError(
        `${path}:${i + 2}: ${row.length} columns where the first line names ${header.length}`,
      );
    }
    return { line: i + 2, record: Object.fromEntries(header.map((name, at) => [name, row[at]])) };
  });
}

/** https://www.iana.org/assignments/media-types/text/tab-separated-values: no quoting. */
function splitTabs(content: string): string[][] {
  return content.trimEnd().split(/\r?\n/).map((line) => line.split("\t"));
}

function splitCommas(content: string, path: string): string[][] {
  try {
    return parse(content) as string[][];
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parseJsonLines(content: string, path: string): { line: number; record: Row }[] {
  return content.split("\n").flatMap((text, i) => {
    if (text.trim() === "") return [];
    try {
      return [{ line: i + 1, record: JSON.parse(text) as Row }];
    } catch (error) {
      throw new InputError(`${path}:${i + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}
