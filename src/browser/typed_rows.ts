import { textIn } from "../dataset/columns.ts";
import { csvRows } from "../dataset/delimited.ts";
import { FormatError } from "../dataset/format_error.ts";
import { jsonArray, jsonLines } from "../dataset/json_records.ts";
import { labelAndText } from "../dataset/labelled_line.ts";
import { type Line, linesOf, splitRows, type TableRow, unquotedRows } from "../dataset/rows.ts";
import { InputError } from "../base/errors.ts";
import { messageOf } from "../base/message.ts";
import { PageError } from "./page_error.ts";

/** A row of a table that a user has pasted. */
export interface TypedRow {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly label: string;
}

/** What messages of other rooms call the table. */
const TABLE = "table";
const PLACE = /^table:(\d+)/;

/**
 * The rows of a table in one of the forms that files have: tab-separated or CSV, with a first line that names the columns `text` and
 * `label`; JSON Lines, or a JSON array, of objects with these keys; or lines that all begin with a class. Blank lines are skipped.
 *
 * @param classes the labels that there may be
 * @throws {PageError} naming the line that is malformed
 * @throws {InputError} naming the line, where quotes are misplaced, or something is not JSON
 */
export function typedRows(table: string, classes: readonly string[]): TypedRow[] {
  const lines = linesOf(table).filter(({ text }) => text.trim() !== "").toArray();
  const first = lines[0]?.text ?? "";
  const read = /^\s*\[/.test(first)
    ? () => jsonRows(jsonArray(table, TABLE))
    : /^\s*\{/.test(first)
    ? () => jsonRows(jsonLines(lines, TABLE))
    : () => labelledRows(lines, classes) ?? namedRows(table, lines);
  try {
    return read();
  } catch (error) {
    if (error instanceof PageError || !(error instanceof InputError)) throw error;
    // The way out of a format error is a key of an experiment's dataset.
    const { text } = messageOf(error instanceof FormatError ? error.what : error.forms);
    throw new InputError(text.replace(PLACE, "line $1 of the table"), { cause: error });
  }
}

function jsonRows(records: ReturnType<typeof jsonLines>): TypedRow[] {
  return records.map((one) => ({
    line: one.line,
    text: textIn(one, "text", TABLE).trim(),
    label: textIn(one, "label", TABLE).trim(),
  })).toArray();
}

/** Lines that are a class and a text, as in .txt files; `undefined` where not all of them begin with a class. */
function labelledRows(lines: readonly Line[], classes: readonly string[]): TypedRow[] | undefined {
  const rows = lines.flatMap(({ line, text }) => {
    const { label = "", text: own = "" } = labelAndText(text) ?? {};
    return classes.includes(label) ? [{ line, label, text: own.trim() }] : [];
  });
  return rows.length > 0 && rows.length === lines.length ? rows : undefined;
}

/** The rows of a tab-separated table, or of CSV. */
function namedRows(table: string, lines: readonly Line[]): TypedRow[] {
  const [header, ...rows] = rowsOf(table, lines);
  const [textAt, labelAt] = columnsIn(header);
  return rows.map(({ line, fields }) => {
    if (fields.length !== header?.fields.length) {
      throw new PageError({
        en:
          `line ${line} of the table: ${fields.length} columns where the first line names ${header?.fields.length}: separate text and label as the first line does`,
        zh:
          `表格第 ${line} 行有 ${fields.length} 列，而首行有 ${header?.fields.length} 列：请用与首行相同的分隔符分隔文本和标签`,
      });
    }
    return { line, text: fields[textAt]!.trim(), label: fields[labelAt]!.trim() };
  });
}

function rowsOf(table: string, lines: readonly Line[]): TableRow[] {
  if (lines[0]?.text.includes("\t")) return [...unquotedRows(splitRows(lines, "\t"), TABLE, () => {})];
  const fits = (fields: readonly string[]) =>
    ["text", "label"].every((name) => namesOf(fields).includes(name));
  return [...csvRows(table, TABLE, {}, fits, () => {})].filter(({ fields }) => fields.join("").trim() !== "");
}

function namesOf(fields: readonly string[] = []): string[] {
  return fields.map((name) => name.trim());
}

/** The places of text and label. @throws {PageError} naming a column that is missing or there twice */
function columnsIn(header: TableRow | undefined): [text: number, label: number] {
  const names = namesOf(header?.fields);
  const placeOf = (column: string) => {
    const at = names.indexOf(column);
    if (at < 0) {
      const found = names.join(", ") || "nothing";
      throw new PageError({
        en:
          `there is no column '${column}' (found: ${found}): begin the table with a line that names the columns text and label, with a tab or a comma between them`,
        zh: `没有名为 ${column} 的列（现有：${
          names.join("、") || "无"
        }）：表格首行应为列名 text 和 label，以制表符或逗号分隔`,
      });
    }
    if (names.lastIndexOf(column) !== at) {
      throw new PageError({
        en: `two columns are called '${column}': give one another name`,
        zh: `有两列都叫 ${column}：请给其中一列改名`,
      });
    }
    return at;
  };
  return [placeOf("text"), placeOf("label")];
}
