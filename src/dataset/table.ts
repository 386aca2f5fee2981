import { basename } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { type DatasetKeys, DEFAULTS, type EvaluationTransferKeys } from "../experiment/experiment_file.ts";
import {
  type Columns,
  exampleOf,
  isNull,
  neededColumns,
  NoClass,
  ownColumns,
  placeIn,
  type TableRecord,
  type TextColumns,
} from "./columns.ts";
import type { AnsweredExample, AnyExample, Example } from "./example.ts";
import { LeftOut } from "./left_out.ts";
import { checkIsFile } from "./read_bytes.ts";
import { readRecords, type TableFormat, type Wanted } from "./records.ts";
import { labelAndText } from "./labelled_line.ts";
import type { Line } from "./rows.ts";
import {
  type AnsweredColumns,
  answeredColumns,
  answeredExampleOf,
  NoTarget,
  targetError,
} from "./targets.ts";

/** The settings for reading a file of texts. */
export interface Reading extends TableFormat {
  /** The treatment of lines with null as a text or a label, or without a right answer; an error by default. */
  readonly missing?: "error" | "drop" | undefined;
  /** Takes notes on how the file was read. */
  readonly note: (line: string) => void;
}

/** A dataset's settings for reading its files. */
export function readingOf(
  { delimiter, quotes, columns, encoding, missing }: DatasetKeys | EvaluationTransferKeys,
): Omit<Reading, "note"> {
  return { delimiter, quotes, columns, encoding, missing };
}

/** What a file of texts with their answers holds. */
export interface AnsweredTable {
  readonly examples: readonly AnsweredExample[];
  /** The lines that are left out. */
  readonly leftOut: LeftOut;
}

/** What a file of labelled texts holds. */
export interface LabelledTable {
  readonly examples: readonly Example[];
  /** The lines that are left out. */
  readonly leftOut: LeftOut;
  /** The number of lines of each label that is not mapped to a class, … */
  readonly unknown: ReadonlyMap<string, number>;
  /** … and the place of the first. */
  readonly firstUnknown?: string | undefined;
}

/**
 * Reads labelled texts from a .tsv, .csv, .jsonl, .json, .parquet or .txt file; a line of a .txt file is a label, a space and a
 * text.
 *
 * @param name the table's name in the examples' ids
 * @throws {InputError} naming the file and the line, where the file or a column is missing or a line cannot be read
 */
export async function readTable(
  path: string,
  columns: Columns,
  reading: Reading,
  name: string = basename(path),
): Promise<LabelledTable> {
  const unknown = new Map<string, number>();
  let firstUnknown: string | undefined;
  const read = await readExamplesOf<Example>(path, columns, neededColumns(columns), reading, {
    label: columns.label,
    txt: (line) => labelledLine(line, path, columns),
    needed: neededColumns(columns),
    exampleOf: (one, names, leftOut) => {
      const example = exampleOf(one, name, path, { ...columns, names });
      if (!(example instanceof NoClass)) return example;
      const { why, value } = example;
      if (why === "skipped" || why === "other" && columns.only !== undefined) leftOut.add(why, value);
      else {
        firstUnknown ??= placeIn(path, one);
        unknown.set(value, (unknown.get(value) ?? 0) + 1);
      }
      return undefined;
    },
  });
  return { ...read, unknown, firstUnknown };
}

/**
 * Reads texts with their right answers from a .tsv, .csv, .jsonl, .json or .parquet file.
 *
 * @param name the table's name in the examples' ids
 * @throws {InputError} naming the file and the line, where the file or a column is missing, a line cannot be read, or, unless such
 *   lines are to be left out, one has no right answer
 */
export async function readAnsweredTable(
  path: string,
  columns: AnsweredColumns,
  reading: Reading,
  name: string = basename(path),
): Promise<AnsweredTable> {
  return await readExamplesOf<AnsweredExample>(path, columns, answeredColumns(columns), reading, {
    txt: ({ line }) => {
      throw new InputError(
        `${path}:${line}: a .txt file has no column for the right answer: save it as .csv, .tsv, .jsonl or .parquet`,
      );
    },
    needed: ownColumns(columns),
    exampleOf: (one, _, leftOut) => {
      const example = answeredExampleOf(one, name, path, columns);
      if (!(example instanceof NoTarget)) return example;
      if (reading.missing !== "drop") throw targetError(example, placeIn(path, one));
      leftOut.add(example.why, example.column);
      return undefined;
    },
  });
}

/** How the records of a file become examples. */
interface Roles<One extends AnyExample> extends Pick<Wanted, "txt" | "label"> {
  /** The columns in which no record may have null. */
  readonly needed: readonly string[];
  /** The example of a record; `undefined` where it is left out, which it counts. @param names that the file gives to labels */
  readonly exampleOf: (one: TableRecord, names: Columns["names"], leftOut: LeftOut) => One | undefined;
}

/** @param read the columns that the file must have */
async function readExamplesOf<One extends AnyExample>(
  path: string,
  { id }: TextColumns,
  read: readonly string[],
  { missing = DEFAULTS.dataset.missing, note, ...format }: Reading,
  { txt, label, needed, exampleOf }: Roles<One>,
): Promise<{ readonly examples: readonly One[]; readonly leftOut: LeftOut }> {
  await checkIsFile(path);
  const { records, labels: names } = await readRecords(path, format, {
    missing: (names) => read.find((column) => !names.includes(column)),
    txt,
    columns: read,
    ...(label !== undefined && { label }),
    wayOut: (guess) =>
      guess === undefined
        ? "set 'dataset.encoding' to the file's encoding (windows-1252, gb18030, shift_jis, …)"
        : `set 'dataset.encoding: ${guess}'`,
    note,
  });
  const examples: One[] = [];
  const ids = new Map<string, TableRecord>();
  const leftOut = new LeftOut();
  let lines = 0;
  for (const one of records) {
    lines++;
    const lacks = needed.find((column) => isNull(one, column));
    if (lacks !== undefined && missing === "drop") {
      leftOut.add("null", lacks);
      continue;
    }
    if (lacks !== undefined) {
      throw new InputError(
        `${
          placeIn(path, one)
        }: '${lacks}' is null: fill it in, or set 'dataset.missing: drop' to skip such lines`,
      );
    }
    const example = exampleOf(one, names, leftOut);
    if (example === undefined) continue;
    if (id !== undefined) checkId(example, one, id, path, ids);
    examples.push(example);
  }
  if (leftOut.size > 0) {
    note(`${path}: ${leftOut.size} of ${lines} lines are left out: ${leftOut.describe()}`);
  }
  return { examples, leftOut };
}

/** @param ids the records before it, by id @throws {InputError} where one of them has the same id, or it has none */
function checkId(
  { id }: AnyExample,
  one: TableRecord,
  column: string,
  path: string,
  ids: Map<string, TableRecord>,
): void {
  if (id === "") {
    throw new InputError(`${placeIn(path, one)}: the column '${column}' is empty, but it must hold the id`);
  }
  const before = ids.get(id);
  if (before !== undefined) {
    throw new InputError(
      message`${placeIn(path, one)}: '${column}' is '${ofFile(id)}' as in ${
        before.element === undefined ? `line ${before.line}` : `element ${before.element}`
      }: ids must be unique`,
    );
  }
  ids.set(id, one);
}

/** @throws {InputError} where a line is not a label, a space and a text */
function labelledLine({ line, text: content }: Line, path: string, { text, label }: Columns): TableRecord {
  const parts = labelAndText(content);
  if (parts === undefined) {
    throw new InputError(`${path}:${line}: the line must be a label, a space and a text`);
  }
  return { line, record: { [label]: parts.label, [text]: parts.text } };
}
