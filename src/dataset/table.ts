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
  placeIn,
  type TableRecord,
} from "./columns.ts";
import type { Example } from "./example.ts";
import { LeftOut } from "./left_out.ts";
import { checkIsFile } from "./read_bytes.ts";
import { readRecords, type TableFormat } from "./records.ts";
import { labelAndText } from "./labelled_line.ts";
import type { Line } from "./rows.ts";

/** The settings for reading a file of labelled texts. */
export interface Reading extends TableFormat {
  /** The treatment of lines with null as a text or a label; an error by default. */
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
  { missing = DEFAULTS.dataset.missing, note, ...format }: Reading,
  name: string = basename(path),
): Promise<LabelledTable> {
  await checkIsFile(path);
  const needed = neededColumns(columns);
  const { records, labels: names } = await readRecords(path, format, {
    missing: (names) => needed.find((column) => !names.includes(column)),
    txt: (line) => labelledLine(line, path, columns),
    columns: needed,
    label: columns.label,
    wayOut: (guess) =>
      guess === undefined
        ? "set 'dataset.encoding' to the file's encoding (windows-1252, gb18030, shift_jis, …)"
        : `set 'dataset.encoding: ${guess}'`,
    note,
  });
  const mapped = { ...columns, names };
  const examples: Example[] = [];
  const ids = new Map<string, TableRecord>();
  const leftOut = new LeftOut();
  const unknown = new Map<string, number>();
  let firstUnknown: string | undefined;
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
    const example = exampleOf(one, name, path, mapped);
    if (example instanceof NoClass) {
      const { why, value } = example;
      if (why === "skipped" || columns.only !== undefined) leftOut.add(why, value);
      else {
        firstUnknown ??= placeIn(path, one);
        unknown.set(value, (unknown.get(value) ?? 0) + 1);
      }
      continue;
    }
    if (columns.id !== undefined) checkId(example, one, columns.id, path, ids);
    examples.push(example);
  }
  if (leftOut.size > 0) {
    note(`${path}: ${leftOut.size} of ${lines} lines are left out: ${leftOut.describe()}`);
  }
  return { examples, leftOut, unknown, firstUnknown };
}

/** @param ids the records before it, by id @throws {InputError} where one of them has the same id */
function checkId(
  { id }: Example,
  one: TableRecord,
  column: string,
  path: string,
  ids: Map<string, TableRecord>,
): void {
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
