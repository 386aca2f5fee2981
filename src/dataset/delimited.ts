import type { TableRecord } from "./columns.ts";
import { FormatError } from "./format_error.ts";
import { quotedRows } from "./quoted_rows.ts";
import { linesOf, type MissingColumn, recordsOf, splitRows, type TableRow, unquotedRows } from "./rows.ts";

/** The format of a .csv or .tsv file. */
export interface DelimitedFormat {
  /** What separates the columns of a .csv file; detected by default. */
  readonly delimiter?: string | undefined;
  /** Whether quotes enclose fields; by default they do in a .csv file and not in a .tsv file, which is refused where they clearly do. */
  readonly quotes?: boolean | undefined;
  /** The names of the columns, where the file does not name them. */
  readonly columns?: readonly string[] | undefined;
}

/** The delimiters found in .csv files. */
const DELIMITERS = [",", ";", "\t", "|"];

/** A first line that declares the delimiter to Excel. */
const SEPARATOR_LINE = /^"?sep=(.)"?(?=[\r\n]|$)/i;

/**
 * The records of a .csv file.
 *
 * @param path for messages
 * @param missing finds a required column that a table lacks
 * @param note takes a note on a detected delimiter other than a comma
 * @throws {FormatError} naming the line, where a row cannot be read or a column is missing
 */
export function csvRecords(
  content: string,
  path: string,
  { delimiter, quotes, columns }: DelimitedFormat,
  missing: MissingColumn,
  note: (line: string) => void,
): Iterable<TableRecord> {
  const fits = columns === undefined
    ? (fields: readonly string[]) => missing(fields) === undefined
    : (fields: readonly string[]) => fields.length === columns.length;
  return recordsOf(csvRows(content, path, { delimiter, quotes }, fits, note), path, missing, columns);
}

/**
 * The rows of a .csv file.
 *
 * @param path for messages
 * @param fits whether a first row is that of a table of the wanted columns
 * @param note takes a note on a detected delimiter other than a comma
 * @throws {FormatError} naming the line, where a row cannot be read
 */
export function csvRows(
  content: string,
  path: string,
  { delimiter, quotes = true }: Omit<DelimitedFormat, "columns">,
  fits: (fields: readonly string[]) => boolean,
  note: (line: string) => void,
): Iterable<TableRow> {
  const declaredSeparator = SEPARATOR_LINE.exec(content)?.[1];
  const rowsBy = (separator: string): Iterable<TableRow> => {
    const lines = linesOf(content).drop(declaredSeparator === undefined ? 0 : 1);
    return quotes ? quotedRows(lines, path, separator) : splitRows(lines, separator);
  };
  const known = delimiter ?? declaredSeparator;
  const used = known ?? likeliest(rowsBy, fits);
  if (known === undefined && used !== ",") note(`${path}: its columns are separated by ${NAMES[used]}`);
  return rowsBy(used);
}

const NAMES: Readonly<Record<string, string>> = { ";": "';'", "\t": "tabs", "|": "'|'" };

/** The delimiter with which the first row has the required columns; where there is none, the one that gives the most columns. */
function likeliest(
  rowsBy: (delimiter: string) => Iterable<TableRow>,
  fits: (fields: readonly string[]) => boolean,
): string {
  const firsts = DELIMITERS.map((delimiter) => ({ delimiter, fields: firstFields(rowsBy(delimiter)) }));
  const best = firsts.find(({ fields }) => fits(fields)) ??
    firsts.reduce((best, one) => one.fields.length > best.fields.length ? one : best);
  return best.delimiter;
}

function firstFields(rows: Iterable<TableRow>): readonly string[] {
  try {
    for (const { fields } of rows) return fields;
  } catch (error) {
    // With another delimiter, quotes may be where they are invalid.
    if (!(error instanceof FormatError)) throw error;
  }
  return [];
}

/**
 * The records of a .tsv file (https://www.iana.org/assignments/media-types/text/tab-separated-values), or of one that encloses
 * fields in quotes.
 *
 * @param path for messages
 * @param missing finds a required column that a table lacks
 * @param note takes a note on fields whose quotes are ambiguous
 * @throws {FormatError} naming the line, where a row cannot be read or a column is missing
 */
export function tsvRecords(
  content: string,
  path: string,
  { quotes, columns }: DelimitedFormat,
  missing: MissingColumn,
  note: (line: string) => void,
): Iterable<TableRecord> {
  const lines = linesOf(content);
  const rows = quotes
    ? quotedRows(lines, path, "\t")
    : quotes === undefined
    ? unquotedRows(splitRows(lines, "\t"), path, note)
    : splitRows(lines, "\t");
  return recordsOf(rows, path, missing, columns);
}
