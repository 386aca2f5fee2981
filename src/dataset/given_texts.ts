import { type TableRecord, textIn } from "./columns.ts";
import { FormatError } from "./format_error.ts";
import { objectOf, parseLine } from "./json_records.ts";
import { linesIn } from "./read_lines.ts";
import { readRecords, type TableFormat } from "./records.ts";
import type { Line } from "./rows.ts";
import { InputError } from "../base/errors.ts";
import { type TableKind, tableKind } from "../experiment/table_kind.ts";
import { type DatasetKeys, DEFAULTS } from "../experiment/experiment_file.ts";
import type { DatasetSpec } from "../experiment/types.ts";

/** A text to classify: what stands in the template's places, and what its answer is told with. */
export interface GivenText {
  readonly placed: Readonly<Record<string, string>>;
  readonly shown: Readonly<Record<string, unknown>>;
}

/** What reads a file of texts. */
export interface Reader {
  /** The columns that stand in the run's template. */
  readonly placeholders: readonly string[];
  /** What the run was tuned on: a file of the same kind is read in the same way. */
  readonly dataset: DatasetSpec;
  /** The run's classes. */
  readonly classes: readonly string[];
  /** The file's encoding, where a person says it. */
  readonly encoding?: string | undefined;
  /** Standard input, for `-`. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Told what a person should know of how the file is read. */
  readonly note: (line: string) => void;
}

/**
 * The texts of a file, by its columns: that of the run's dataset stands for `{text}`, and others by their names. Lines of
 * .jsonl and .txt files come as they are read, in a .txt file each line that is not empty being a text; `-` is JSON Lines on standard input.
 *
 * @throws {InputError} naming the file and the line, where there is no text
 */
export async function* givenTexts(file: string, reader: Reader): AsyncGenerator<GivenText> {
  const path = file === "-" ? "standard input" : file;
  try {
    for await (const record of recordsIn(file, path, reader)) {
      const columns = columnsAmong(Object.keys(record.record), reader);
      const texts = reader.placeholders.map((name, i) => [name, textIn(record, columns[i]!, path)]);
      yield { placed: Object.fromEntries(texts), shown: record.record };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      `${error.what}: write it as the run's data are written ('dataset' in its experiment.yaml), or give it as .jsonl`,
      { cause: error },
    );
  }
}

async function* recordsIn(file: string, path: string, reader: Reader): AsyncGenerator<TableRecord> {
  const kind = file === "-" ? "jsonl" : tableKind(file);
  const format = formatOf(kind, path, reader);
  const wayOut = (guess: string | undefined) =>
    guess === undefined
      ? "say by '--encoding' which one the file was written in (windows-1252, gb18030, shift_jis, …)"
      : `say '--encoding ${guess}'`;
  const txt = (line: Line) => loneText(line, line.text, path, reader);
  if (kind === "txt" || kind === "jsonl") {
    const lines = filled(
      linesIn(file === "-" ? reader.stdin() : file, path, { encoding: format.encoding, wayOut }, reader.note),
      path,
      reader,
    );
    for await (const line of kind === "txt" ? unlabelled(lines, path, reader) : lines) {
      yield kind === "txt" ? txt(line) : jsonRecord(line, path, reader);
    }
    return;
  }
  if (kind === "parquet" && reader.encoding !== undefined) {
    throw new InputError(`${path} is a Parquet file, whose texts are always UTF-8: leave --encoding out`);
  }
  const missing = (names: readonly string[]) =>
    columnsAmong(names, reader).find((column) => !names.includes(column));
  yield* (await readRecords(file, format, { missing, txt, wayOut, note: reader.note })).records;
}

/** Lines that are not blank; how many were is noted at the end. */
async function* filled(
  lines: AsyncIterable<Line>,
  path: string,
  { note }: Pick<Reader, "note">,
): AsyncGenerator<Line> {
  let blank = 0;
  for await (const line of lines) {
    if (line.text.trim() === "") blank++;
    else yield line;
  }
  if (blank > 0) note(`${path}: ${blank} empty ${blank === 1 ? "line is" : "lines are"} left out`);
}

/**
 * Lines of texts alone, as long as it is not clear that they are: a file that a run of labelled lines was tuned on looks like
 * one of texts.
 *
 * @throws {InputError} where every line begins with a label of the run's data
 */
async function* unlabelled(lines: AsyncIterable<Line>, path: string, reader: Reader): AsyncGenerator<Line> {
  const { dataset, classes } = reader;
  const isLabelled = kindOfData(dataset) === "txt";
  const { labels: mapped }: DatasetKeys = dataset;
  const labels = new Set(!isLabelled ? [] : mapped === undefined ? classes : Object.keys(mapped));
  const doubtful: Line[] = [];
  let isClear = false;
  for await (const line of lines) {
    isClear ||= !labels.has(/^(\S+)\s/.exec(line.text)?.[1] ?? "");
    doubtful.push(line);
    if (isClear) yield* doubtful.splice(0);
  }
  if (doubtful.length === 0) return;
  throw new InputError(
    `${path}: every line begins with a label, as in the run's data, and would be read as a text: take the labels out, or give the texts as .jsonl or .csv, where columns have names`,
  );
}

/** How the files of a run's data are written; `undefined` for those of the hub, and those that the program brings. */
function kindOfData({ split, file }: DatasetKeys): TableKind | undefined {
  return tableKind(file ?? (typeof split === "object" ? split.train ?? "" : ""));
}

/** How a file is written: as the run's data, where they are of its kind. */
function formatOf(kind: string | undefined, path: string, { dataset, encoding, note }: Reader): TableFormat {
  if (kind === undefined || kindOfData(dataset) !== kind) return { encoding };
  const { delimiter, quotes, columns, encoding: own }: DatasetKeys = dataset;
  if (encoding === undefined && own !== undefined) {
    note(`${path} is read as ${own}, as the run's data are; --encoding says another`);
  }
  return { delimiter, quotes, columns, encoding: encoding ?? own };
}

/** The columns that hold what the template's placeholders stand for, each as far as it is among these names. */
function columnsAmong(names: readonly string[], { placeholders, dataset }: Reader): string[] {
  const isColumn = new Set(names);
  const { text }: DatasetKeys = { ...DEFAULTS.dataset, ...dataset };
  return placeholders.map((name) =>
    name === "text" && (isColumn.has(text) || !isColumn.has(name)) ? text : name
  );
}

/** A line that is a text itself, for a template of one column. */
function loneText({ line }: Line, text: string, path: string, { placeholders }: Reader): TableRecord {
  const [name] = placeholders;
  if (placeholders.length === 1) return { line, record: { [name!]: text } };
  throw new InputError(
    `${path}:${line}: a line is one text, and the run's template has the columns ${
      placeholders.join(", ")
    }: give them by their names, in a .jsonl or .csv file`,
  );
}

function jsonRecord(line: Line, path: string, reader: Reader): TableRecord {
  const value = parseLine(line, path);
  return typeof value === "string"
    ? loneText(line, value, path, reader)
    : { line: line.line, record: objectOf(value, line, path) };
}
