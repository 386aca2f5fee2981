import { InputError } from "../base/errors.ts";
import type { TableRecord } from "./columns.ts";
import { FormatError } from "./format_error.ts";

/** A line of a file, counted from 1 as an editor counts. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** The fields of a row, and the line that it begins on. */
export interface TableRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** The lines of a text, however they end. */
export function* linesOf(content: string): Generator<Line> {
  const ends = /\r\n|\r|\n/g;
  let line = 0;
  let from = 0;
  for (let end = ends.exec(content); end !== null; end = ends.exec(content)) {
    yield { line: ++line, text: content.slice(from, end.index) };
    from = ends.lastIndex;
  }
  yield { line: ++line, text: content.slice(from) };
}

/** Cuts lines into fields, quotes being no more than characters; empty lines are left out. */
export function* splitRows(lines: Iterable<Line>, delimiter: string): Generator<TableRow> {
  for (const { line, text } of lines) if (text !== "") yield { line, fields: text.split(delimiter) };
}

/**
 * Rows whose quotes are taken as characters, though nobody says that they are. A field that quotes enclose and whose own are
 * doubled shows that they are not, and is an error; one that merely begins and ends with a quote may be meant either way.
 *
 * @param path for messages
 * @param note told of fields that may be meant otherwise
 * @throws {FormatError} naming the line
 */
export function* unquotedRows(
  rows: Iterable<TableRow>,
  path: string,
  note: (line: string) => void,
): Generator<TableRow> {
  let unclear = 0;
  let firstLine = 0;
  for (const row of rows) {
    for (const field of row.fields) {
      if (!ENCLOSED.test(field)) continue;
      if (field.slice(1, -1).includes('""')) {
        throw new FormatError(
          `${path}:${row.line}: quotes enclose a field and are doubled in it (${field.slice(0, 40)})`,
          "set 'quotes: true', as pandas and Excel write tables, or 'quotes: false' where all of them are part of the text",
        );
      }
      if (unclear++ === 0) firstLine = row.line;
    }
    yield row;
  }
  if (unclear > 0) {
    note(
      `${path}:${firstLine}: a field begins and ends with a quote, which stays in the text (${unclear} such fields): set 'quotes: true' where quotes enclose fields, 'quotes: false' where they are part of the text`,
    );
  }
}

/** A field that quotes enclose, and in which others are doubled. */
const ENCLOSED = /^"[^"]*(?:""[^"]*)*"$/;

/**
 * Rows by the names of their columns, which the first row says where nothing else does.
 *
 * @param path for messages
 * @param missing which column the table lacks, of those that are needed
 * @param names the columns, of a table that does not name them itself
 * @throws {InputError} naming the line, where a column is missing or stands twice, or a row has more or fewer fields
 */
export function* recordsOf(
  rows: Iterable<TableRow>,
  path: string,
  missing: MissingColumn,
  names?: readonly string[],
): Generator<TableRecord> {
  let header = names;
  let isFirst = true;
  if (names !== undefined) checkHeader(names, path, missing);
  for (const { line, fields } of rows) {
    if (header === undefined) {
      checkHeader(header = fields, `${path}:${line}`, missing);
      continue;
    }
    if (names !== undefined && (isFirst ? plainly(fields) === plainly(names) : isSame(fields, names))) {
      throw new FormatError(`${path}:${line}: the file names its columns itself`, "leave 'columns' out");
    }
    isFirst = false;
    if (fields.length !== header.length) {
      throw new FormatError(
        `${path}:${line}: ${fields.length} columns where ${
          names ? "'columns'" : "the first line"
        } names ${header.length}`,
        "put a field there for each; whether quotes enclose fields that hold delimiters or line breaks, 'quotes' says",
      );
    }
    yield { line, record: Object.fromEntries(header.map((name, at) => [name, fields[at]])) };
  }
  if (header === undefined) checkHeader([], `${path}:1`, missing);
}

/** Which column a table of these columns lacks, of those that are needed; `undefined`: none. */
export type MissingColumn = (names: readonly string[]) => string | undefined;

/** Names in any order, in any case, and with any white space at their ends. */
function plainly(names: readonly string[]): string {
  return names.map((name) => name.trim().toLowerCase()).sort().join("\n");
}

function isSame(fields: readonly string[], names: readonly string[]): boolean {
  return fields.length === names.length && fields.every((field, at) => field === names[at]);
}

function checkHeader(names: readonly string[], place: string, missing: MissingColumn): void {
  const column = missing(names);
  if (column !== undefined) {
    throw new FormatError(
      `${place}: there is no column '${column}' (found: ${names.join(", ")})`,
      "say by 'text' and 'label' how columns are called, or by 'columns: [label, text]' where the first line does not name them",
    );
  }
  checkNames(names, place);
}

/**
 * Checks that no column has another's name. Columns without a name are none that can be asked for.
 *
 * @param place for messages
 * @throws {InputError} naming the column and both places
 */
export function checkNames(names: readonly string[], place: string): void {
  const places = new Map<string, number>();
  for (const [at, name] of names.entries()) {
    const before = places.get(name);
    if (before !== undefined && name !== "") {
      throw new InputError(
        `${place}: two columns are called '${name}', numbers ${before} and ${
          at + 1
        }: give them different names`,
      );
    }
    places.set(name, at + 1);
  }
}
