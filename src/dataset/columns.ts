import { InputError } from "../experiment/errors.ts";
import type { Example } from "./example.ts";

/** Which columns of a table hold what. */
export interface Columns {
  /** The column that `{text}` stands for in a template. */
  readonly text: string;
  readonly label: string;
  /** The column whose values are the examples' ids; where this is left out, file and line are. */
  readonly id?: string | undefined;
  /** The names in a template's braces: `text`, or those of other columns. */
  readonly placeholders: readonly string[];
  /** The class that a value of the label's column stands for, where values are not the classes' names; `null`: none. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
}

/** A table whose texts and labels are in the columns of these names. */
export const PLAIN_COLUMNS: Columns = { text: "text", label: "label", placeholders: ["text"] };

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
  for (const column of [...textColumns(columns), columns.label, ...idColumn(columns)]) {
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

/** A file of lines that are each a label, a space and a text, which may be empty, as one that names its columns. */
export function splitLabels(content: string, path: string, { text, label }: Columns): string[][] {
  const lines = content.replace(/\r?\n$/, "").split(/\r?\n/).map((line, i) => {
    const [, value, rest] = /^(\S+)\s(.*)$/.exec(line) ?? [];
    if (value !== undefined && rest !== undefined) return [value, rest];
    throw new InputError(`${path}:${i + 1}: it is not a label, a space and a text`);
  });
  return [[label, text], ...lines];
}

/**
 * A line as a labelled text; `undefined` where its label stands for no class.
 *
 * @param name what the table is called in the example's id
 * @throws {InputError} naming the line, where a column is missing or the label is none of those that are mapped
 */
export function exampleOf(
  { line, record }: TableRecord,
  name: string,
  path: string,
  columns: Columns,
): Example | undefined {
  const [value, given, ...texts] = [
    columns.label,
    columns.id ?? columns.label,
    ...textColumns(columns),
  ].map((column) => {
    const value = Object.hasOwn(record, column) ? record[column] : undefined;
    if (["string", "number", "bigint", "boolean"].includes(typeof value)) return String(value).trim();
    throw new InputError(
      `${path}:${line}: there is no '${column}' (found: ${Object.keys(record).join(", ")})`,
    );
  });
  const { labels } = columns, isMapped = labels === undefined || Object.hasOwn(labels, value!);
  const label = labels === undefined ? value! : isMapped ? labels[value!] : undefined;
  if (label === undefined) {
    throw new InputError(
      `${path}:${line}: 'dataset.labels' says no class for the label '${value}' (it does for ${
        Object.keys(columns.labels!).join(", ")
      })`,
    );
  }
  if (label === null) return undefined;
  const id = columns.id === undefined ? `${name}:${line}` : given!, { placeholders } = columns;
  if (id === "") {
    throw new InputError(`${path}:${line}: the column '${columns.id}' is empty, and it holds the ids`);
  }
  if (placeholders.length === 1 && placeholders[0] === "text") return { id, text: texts[0]!, label };
  const named = Object.fromEntries(placeholders.map((placeholder, i) => [placeholder, texts[i]!]));
  return { id, text: texts.join(" | "), columns: named, label };
}

/**
 * The lines of a table as labelled texts.
 *
 * @throws {InputError} as {@linkcode exampleOf} does, and where two lines have one id
 */
export function examplesOf(
  records: readonly TableRecord[],
  name: string,
  path: string,
  columns: Columns,
): Example[] {
  const lines = new Map<string, number>();
  return records.flatMap((one) => {
    const example = exampleOf(one, name, path, columns);
    if (example === undefined) return [];
    const before = lines.get(example.id);
    if (columns.id !== undefined && before !== undefined) {
      throw new InputError(
        `${path}:${one.line}: '${columns.id}' is '${example.id}' as in line ${before}: an id is of one example alone`,
      );
    }
    lines.set(example.id, one.line);
    return [example];
  });
}

function idColumn({ id }: Columns): string[] {
  return id === undefined ? [] : [id];
}

/** The columns that a template's placeholders stand for, in their order. */
function textColumns({ text, placeholders }: Columns): string[] {
  return placeholders.map((name) => name === "text" ? text : name);
}
