import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { TableRecord } from "./columns.ts";
import { FormatError } from "./format_error.ts";

/** A line of a file, counted from 1 as editors count. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** The fields of a row, and the line that it begins on. */
export interface TableRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** The lines of a text, with any line ending. */
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

/** Splits lines into fields, quotes being ordinary characters; empty lines are skipped. */
export function* splitRows(lines: Iterable<Line>, delimiter: string): Generator<TableRow> {
  for (const { line, text } of lines) if (text !== "") yield { line, fields: text.split(delimiter) };
}

/**
 * Rows whose quotes are by default ordinary characters. A field that is enclosed in quotes and has doubled ones inside
 * shows that they are not, and is an error; one that merely begins and ends with a quote is ambiguous.
 *
 * @param path for messages
 * @param note takes a note on ambiguous fields
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
          message`${path}:${row.line}: a field is enclosed in quotes and has doubled ones inside (${
            ofFile(field.slice(0, 40))
          })`,
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

/** A field enclosed in quotes, with doubled quotes inside. */
const ENCLOSED = /^"[^"]*(?:""[^"]*)*"$/;

/**
 * Rows as records by column names, which are those in the first row unless `names` is given.
 *
 * @param path for messages
 * @param missing finds a required column that the table lacks
 * @param names the columns, of a table that does not name them itself
 * @throws {InputError} naming the line, where a column is missing or occurs twice, or a row has more or fewer fields
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
      checkHeader(header = toldApart(fields), `${path}:${line}`, missing);
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
        "write one field for each column; set 'quotes' for fields that contain delimiters or line breaks",
      );
    }
    yield { line, record: Object.fromEntries(header.map((name, at) => [name, fields[at]])) };
  }
  if (header === undefined) checkHeader([], `${path}:1`, missing);
}

/** Finds a required column that a table with these columns lacks; `undefined`: none. */
export type MissingColumn = (names: readonly string[]) => string | undefined;

/** Names normalized in order, case and surrounding white space. */
function plainly(names: readonly string[]): string {
  return names.map((name) => name.trim().toLowerCase()).sort().join("\n");
}

/** Names that tell columns apart of which several have none: `column 3` for the third. */
function toldApart(names: readonly string[]): readonly string[] {
  const unnamed = names.filter((name) => name === "").length;
  return unnamed < 2 ? names : names.map((name, at) => name === "" ? `column ${at + 1}` : name);
}

function isSame(fields: readonly string[], names: readonly string[]): boolean {
  return fields.length === names.length && fields.every((field, at) => field === names[at]);
}

function checkHeader(names: readonly string[], place: string, missing: MissingColumn): void {
  const column = missing(names);
  if (column !== undefined) {
    throw new FormatError(
      message`${place}: there is no column '${column}' (found: ${ofFile(names.join(", ") || "nothing")})`,
      "set 'text' and 'label' (or 'answer.target') to the columns' names, or 'columns: [label, text]' if the first line does not name them",
    );
  }
  checkNames(names, place);
}

/**
 * Checks that no two columns have the same name. Columns without a name cannot be selected.
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
        message`${place}: two columns are called '${ofFile(name)}', numbers ${before} and ${
          at + 1
        }: give them different names`,
      );
    }
    places.set(name, at + 1);
  }
}
