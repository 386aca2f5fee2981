import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { type DatasetKeys, DEFAULTS, type EvaluationTransferKeys } from "../experiment/experiment_file.ts";
import { inOtherForm } from "../experiment/normalization.ts";
import { tableKind } from "../experiment/table_kind.ts";
import type { Example } from "./example.ts";
import { isWrittenNumber } from "./written_number.ts";

/** The roles of a table's columns. */
export interface Columns {
  /** The column that `{text}` stands for in a template. */
  readonly text: string;
  readonly label: string;
  /** The column whose values are the examples' ids; by default, file and line are. */
  readonly id?: string | undefined;
  /** The names in a template's braces: `text`, or those of other columns. */
  readonly placeholders: readonly string[];
  /** The class of each value of the label column, where values are not the classes' names; `null`: none. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
}

/** A table whose texts and labels are in the columns of these names. */
export const PLAIN_COLUMNS: Columns = { text: "text", label: "label", placeholders: ["text"] };

/** The columns of an experiment's texts and classes; built-in datasets call them `text` and `label`. */
export function namedColumns(
  { text = DEFAULTS.dataset.text, label = DEFAULTS.dataset.label, labels }:
    | DatasetKeys
    | EvaluationTransferKeys,
): Pick<Columns, "text" | "label" | "labels"> {
  return { text, label, labels };
}

/** Whether all files of some data name their columns themselves: then the label column holds classes, and not words of any file. */
export function nameTheirColumns(
  { columns, file, split }: DatasetKeys | EvaluationTransferKeys,
): boolean {
  const files = [file ?? "", ...Object.values(typeof split === "object" ? split : {})];
  return columns === undefined &&
    files.every((path) => typeof path !== "string" || tableKind(path) !== "txt");
}

/** A line of a table, as an object by column names. */
export interface TableRecord {
  /** From 1, as editors count; for a Parquet file, which has no lines, the row. */
  readonly line: number;
  /** Its number in a JSON array, from 1, where it shares its line with other elements. */
  readonly element?: number | undefined;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A value that is not text, such as a time; written to results as the number in the file. */
export class NoText {
  /** @param kind "a time", for example */
  constructor(readonly kind: string, private readonly stored: unknown) {}

  /** Its value in the JSON of a prediction. */
  toJSON(): unknown {
    return this.stored;
  }
}

/** A record's place: `a.csv:3`, or `a.json[3]` for one of several elements on a line. */
export function placeIn(file: string, { line, element }: Pick<TableRecord, "line" | "element">): string {
  return element === undefined ? `${file}:${line}` : `${file}[${element}]`;
}

/** The columns that a template's placeholders stand for, in their order. */
function textColumns({ text, placeholders }: Columns): string[] {
  return placeholders.map((name) => name === "text" ? text : name);
}

/** The columns that a labelled text needs. */
export function neededColumns(columns: Columns): string[] {
  return [...textColumns(columns), columns.label, ...(columns.id === undefined ? [] : [columns.id])];
}

/**
 * A record's value in a column, as text.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where the column is missing, or its value is not text
 */
export function textIn(one: TableRecord, column: string, path: string): string {
  const { record } = one;
  const value = Object.hasOwn(record, column) ? record[column] : undefined;
  if (isWrittenNumber(value)) return value.rawJSON;
  if (isText(value)) return String(value);
  const place = placeIn(path, one);
  throw new InputError(
    Object.hasOwn(record, column)
      ? `${place}: '${column}' is ${kindOf(value)}: it must be a text, a number, or true or false`
      : message`${place}: there is no '${column}' (found: ${ofFile(Object.keys(record).join(", "))})`,
  );
}

/** Whether a record's value in a column is null. An empty string is a value. */
export function isNull({ record }: TableRecord, column: string): boolean {
  if (!Object.hasOwn(record, column)) return false;
  const value = record[column];
  return value === null || value === undefined || Number.isNaN(value);
}

function isText(value: unknown): boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) && !Number.isNaN(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Number.isNaN(value)) return "NaN, which is not a number";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (value instanceof NoText) return value.kind;
  return value instanceof Uint8Array ? "bytes that are not UTF-8 text" : "an object";
}

/**
 * A line as a labelled text; `undefined` where its label is mapped to no class.
 *
 * @param name the table's name in the example's id
 * @throws {InputError} naming the line, where a column is missing or the label is not mapped
 */
export function exampleOf(
  one: TableRecord,
  name: string,
  path: string,
  columns: Columns,
): Example | undefined {
  const read = (column: string) => textIn(one, column, path).trim();
  const value = read(columns.label);
  const id = columns.id === undefined ? placeIn(name, one) : read(columns.id);
  const texts = textColumns(columns).map(read);
  const label = classOf(value, columns, placeIn(path, one));
  if (label === null) return undefined;
  const { placeholders } = columns;
  if (id === "") {
    throw new InputError(
      `${placeIn(path, one)}: the column '${columns.id}' is empty, but it must hold the id`,
    );
  }
  const text = texts.join(" | ");
  if (placeholders.length === 1 && placeholders[0] === "text") return { id, text, label };
  const named = Object.fromEntries(placeholders.map((placeholder, i) => [placeholder, texts[i]!]));
  return { id, text, columns: named, label };
}

/** The class of a label; `null` where it is mapped to none. @throws {InputError} where it is not mapped */
function classOf(value: string, { labels }: Pick<Columns, "labels">, place: string): string | null {
  if (labels === undefined) return value;
  const label = Object.hasOwn(labels, value) ? labels[value] : undefined;
  if (label !== undefined) return label;
  const known = Object.keys(labels);
  throw new InputError(
    message`${place}: 'dataset.labels' has no class for the label '${ofFile(value)}' (it has one for ${
      known.join(", ")
    })${inOtherForm(value, known)}`,
  );
}
