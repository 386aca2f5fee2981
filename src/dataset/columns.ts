import { InputError } from "../experiment/errors.ts";
import type { Example } from "./example.ts";

/** The columns that hold texts and labels. */
export interface Columns {
  readonly text: string;
  readonly label: string;
}

/** A line of a table, by the names of its columns. */
export interface TableRecord {
  /** From 1. */
  readonly line: number;
  readonly record: Readonly<Record<string, unknown>>;
}

/** https://www.iana.org/assignments/media-types/text/tab-separated-values: no quoting. */
export function splitTabs(content: string): string[][] {
  return content.trimEnd().split(/\r?\n/).map((line) => line.split("\t"));
}

/**
 * The lines of a table behind its first, which names the columns.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where a column is missing or there are too many
 */
export function recordsOf(rows: readonly string[][], path: string, columns: Columns): TableRecord[] {
  const [header = [], ...body] = rows;
  for (const column of [columns.text, columns.label]) {
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

/**
 * A line as a labelled text.
 *
 * @param name what the table is called in the example's id
 * @throws {InputError} naming the line, where a column is missing
 */
export function exampleOf(
  { line, record }: TableRecord,
  name: string,
  path: string,
  columns: Columns,
): Example {
  const [text, label] = [columns.text, columns.label].map((column) => {
    const value = record[column];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return String(value).trim();
    }
    throw new InputError(
      `${path}:${line}: there is no '${column}' (found: ${Object.keys(record).join(", ")})`,
    );
  }) as [string, string];
  return { id: `${name}:${line}`, text, label };
}
