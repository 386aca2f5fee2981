import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { type DatasetKeys, DEFAULTS, type EvaluationTransferKeys } from "../experiment/experiment_file.ts";
import { tableKind } from "../experiment/table_kind.ts";
import type { AnyExample, Example } from "./example.ts";
import { isWrittenNumber } from "./written_number.ts";

/** The columns of a table's texts. */
export interface TextColumns {
  /** The column that `{text}` stands for in a template. */
  readonly text: string;
  /** The column whose values are the examples' ids; by default, file and line are. */
  readonly id?: string | undefined;
  /** The names in a template's braces: `text`, or those of other columns. */
  readonly placeholders: readonly string[];
}

/** The roles of a table's columns. */
export interface Columns extends TextColumns {
  readonly label: string;
  /** The class of each value of the label column, where values are not the classes' names; `null`: none. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** The names that the file itself gives to values of the label column. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** The classes whose lines are kept, where those of all others are dropped. */
  readonly only?: readonly string[] | undefined;
}

/** A table whose texts and labels are in the columns of these names. */
export const PLAIN_COLUMNS: Columns = { text: "text", label: "label", placeholders: ["text"] };

/**
 * The columns of an experiment's texts and classes; built-in datasets call them `text` and `label`.
 *
 * @param classes the verbalizer's
 */
export function namedColumns(
  { text = DEFAULTS.dataset.text, label = DEFAULTS.dataset.label, labels, others }:
    | DatasetKeys
    | EvaluationTransferKeys,
  classes: readonly string[],
): Pick<Columns, "text" | "label" | "labels" | "only"> {
  return { text, label, labels, only: others === "drop" ? classes : undefined };
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
function textColumns({ text, placeholders }: TextColumns): string[] {
  return placeholders.map((name) => name === "text" ? text : name);
}

/** The columns that a text needs, … */
export function ownColumns(columns: TextColumns): string[] {
  return [...textColumns(columns), ...(columns.id === undefined ? [] : [columns.id])];
}

/** … and those that it needs with its label. */
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

/** Whether a record has a text, or what is read as one, in a column. */
export function hasText({ record }: TableRecord, column: string): boolean {
  const value = Object.hasOwn(record, column) ? record[column] : undefined;
  return isWrittenNumber(value) || isText(value);
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

/** What a value is that is no text, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Number.isNaN(value)) return "NaN, which is not a number";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (value instanceof NoText) return value.kind;
  return value instanceof Uint8Array ? "bytes that are not UTF-8 text" : "an object";
}

/** A line whose label stands for no class. */
export class NoClass {
  /**
   * @param value of the label column
   * @param why `skipped`: `labels` maps it to null; `other`: to nothing, or to a class that is not wanted; `unclear`: to nothing,
   * though it is the name of a class that is wanted
   */
  constructor(readonly value: string, readonly why: "skipped" | "other" | "unclear") {}
}

/**
 * A line as a labelled text.
 *
 * @param name the table's name in the example's id
 * @throws {InputError} naming the line, where a column is missing
 */
export function exampleOf(
  one: TableRecord,
  name: string,
  path: string,
  columns: Columns,
): Example | NoClass {
  const label = labelOf(one, path, columns);
  const text = textOf(one, name, path, columns);
  return label instanceof NoClass ? label : { ...text, label };
}

/**
 * A line as a text.
 *
 * @param name the table's name in the example's id
 * @throws {InputError} naming the line, where a column is missing
 */
export function textOf(one: TableRecord, name: string, path: string, columns: TextColumns): AnyExample {
  const read = (column: string) => textIn(one, column, path).trim();
  const id = columns.id === undefined ? placeIn(name, one) : read(columns.id);
  const texts = textColumns(columns).map(read);
  const { placeholders } = columns;
  const text = texts.join(" | ");
  if (placeholders.length === 1 && placeholders[0] === "text") return { id, text };
  const named = Object.fromEntries(placeholders.map((placeholder, i) => [placeholder, texts[i]!]));
  return { id, text, columns: named };
}

/**
 * The class that a line's label stands for.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where there is no label column, or it holds no text
 */
export function labelOf(
  one: TableRecord,
  path: string,
  columns: Omit<Columns, "text" | "placeholders">,
): string | NoClass {
  const written = textIn(one, columns.label, path).trim();
  const { names = {}, labels = {} } = columns;
  // 'labels' maps what the file holds, or the names that the file gives to it.
  const value = Object.hasOwn(labels, written) ? written : valueOf(names, written) ?? written;
  const label = classOf(value, columns);
  if (typeof label === "string") return label;
  if (label === null) return new NoClass(value, "skipped");
  const isUnclear = columns.only?.includes(value) === true && !Object.hasOwn(labels, value);
  return new NoClass(value, isUnclear ? "unclear" : "other");
}

/** The class of a label; `null` where it is mapped to none, `undefined` where it is not mapped, or to a class that is not wanted. */
function classOf(
  value: string,
  { labels, only }: Pick<Columns, "labels" | "only">,
): string | null | undefined {
  const label = labels === undefined ? value : valueOf(labels, value);
  return typeof label !== "string" || only === undefined || only.includes(label) ? label : undefined;
}

function valueOf<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
