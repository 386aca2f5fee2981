import { type Columns, hasText, labelOf, type NoClass, type TableRecord, textIn } from "./columns.ts";
import { FormatError } from "./format_error.ts";
import { objectOf, parseLine } from "./json_records.ts";
import { linesIn } from "./read_lines.ts";
import { readBytes, readStream } from "./read_bytes.ts";
import { readRecords, recordsInBytes, type TableFormat } from "./records.ts";
import { labelAndText } from "./labelled_line.ts";
import type { Line } from "./rows.ts";
import { InputError } from "../base/errors.ts";
import { message } from "../base/message.ts";
import { type TableKind, tableKind } from "../experiment/table_kind.ts";
import { type DatasetKeys, DEFAULTS } from "../experiment/experiment_file.ts";
import type { Target } from "../experiment/template.ts";
import type { AnsweredDataset } from "../experiment/text_types.ts";
import type { DatasetSpec } from "../experiment/types.ts";
import { NoTarget, targetsOf } from "./targets.ts";

/** A text to answer: its values for the template, and those written with its prediction. */
export interface GivenText {
  readonly placed: Readonly<Record<string, string>>;
  readonly shown: Readonly<Record<string, unknown>>;
  /** What its label stands for, where the file has one. */
  readonly label?: string | NoClass | undefined;
  /** Its right answers, where a run of free texts is asked and the file has them. */
  readonly targets?: readonly string[];
}

/** What reading a file of texts needs. */
export interface Reader {
  /** The columns in the run's template. */
  readonly placeholders: readonly string[];
  /** The data that the run was tuned on: a file of the same kind is read in the same way. */
  readonly dataset: DatasetSpec | AnsweredDataset;
  /** The run's classes; none where its answers are free texts. */
  readonly classes: readonly string[];
  /** The template of right answers, where they are free texts. */
  readonly target?: Target;
  /** How the file is written, if the user says it; by default its name and its first bytes do. */
  readonly kind?: TableKind | undefined;
  /** The file's encoding, if the user gives one. */
  readonly encoding?: string | undefined;
  /** Standard input, for `-`. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes notes on how the file is read. */
  readonly note: (line: string) => void;
}

/**
 * The texts of a file, by its columns: the text column of the run's dataset stands for `{text}`, others by their names, and its
 * label column, where the file has it, for the class; or the columns of right answers for these. Lines of .jsonl and .txt files are yielded as they are read, each line of a
 * .txt file being a text, or a label and a text where all of them are; `-` is standard input, JSON Lines by default.
 *
 * @throws {InputError} naming the file and the line, where there is no text
 */
export async function* givenTexts(file: string, reader: Reader): AsyncGenerator<GivenText> {
  const path = file === "-" ? "standard input" : file;
  try {
    for await (const record of recordsIn(file, path, reader)) {
      const columns = columnsAmong(Object.keys(record.record), reader);
      const texts = reader.placeholders.map((name, i) => [name, textIn(record, columns[i]!, path)]);
      yield {
        placed: Object.fromEntries(texts),
        shown: record.record,
        ...rightIn(record, path, reader),
      };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      message`${error.what}: use the format of the run's data ('dataset' in its experiment.yaml), or pass a .jsonl file`,
      { cause: error },
    );
  }
}

/** What is right for a record: its answers or its class, where it has them. */
function rightIn(
  record: NamedRecord,
  path: string,
  { dataset, target }: Reader,
): Pick<GivenText, "label" | "targets"> {
  if (target === undefined) return { label: labelIn(record, path, dataset, record.names) };
  const { text }: DatasetKeys = { ...DEFAULTS.dataset, ...dataset };
  const targets = targetsOf(record, path, { text, target });
  return targets instanceof NoTarget ? {} : { targets };
}

/** What a record's label stands for; `undefined` where it has none. @param names that the file gives to labels */
function labelIn(
  record: TableRecord,
  path: string,
  { label, labels }: DatasetKeys,
  names: Columns["names"],
): string | NoClass | undefined {
  const column = label ?? DEFAULTS.dataset.label;
  return hasText(record, column) ? labelOf(record, path, { label: column, labels, names }) : undefined;
}

/** A record, and the names that its file gives to values of the label column. */
interface NamedRecord extends TableRecord {
  readonly names?: Columns["names"];
}

async function* recordsIn(file: string, path: string, reader: Reader): AsyncGenerator<NamedRecord> {
  const kind = reader.kind ?? (file === "-" ? "jsonl" : tableKind(file));
  const format = formatOf(kind, path, reader);
  const { encoding = DEFAULTS.dataset.encoding } = format;
  const wayOut = (guess: string | undefined) =>
    guess === undefined
      ? "pass the file's encoding with '--encoding' (windows-1252, gb18030, shift_jis, …)"
      : `pass '--encoding ${guess}'`;
  const txt = (line: Line) => loneText(line, line.text, path, reader);
  if (kind === "txt" || kind === "jsonl") {
    const source = file === "-" ? reader.stdin() : file;
    const lines = linesIn(source, path, { encoding, wayOut }, reader.note);
    if (kind === "txt") yield* textLines(lines, path, reader);
    else for await (const line of filled(lines, path, reader)) yield jsonRecord(line, path, reader);
    return;
  }
  if (kind === "parquet" && reader.encoding !== undefined) {
    throw new InputError(`${path} is a Parquet file, and those are always UTF-8: leave --encoding out`);
  }
  const missing = (names: readonly string[]) =>
    columnsAmong(names, reader).find((column) => !names.includes(column));
  const { dataset: { label = DEFAULTS.dataset.label } }: { dataset: DatasetKeys } = reader;
  const formatWayOut = "name it with --input-format";
  const wanted = { missing, txt, label, wayOut, formatWayOut, note: reader.note };
  const { records, labels: names } = kind === undefined
    ? await readRecords(file, format, wanted)
    : await recordsInBytes(
      file === "-" ? await readStream(reader.stdin(), path) : await readBytes(file),
      kind,
      path,
      format,
      wanted,
    );
  for (const record of records) yield { ...record, names };
}

/** The lines of a .jsonl file that are not blank; the number of blank ones is noted at the end. */
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
  if (blank > 0) note(`${path}: ${blank} empty ${blank === 1 ? "line is" : "lines are"} skipped`);
}

/**
 * The texts of a .txt file, a record for each line. Where the run's data are .txt files and every line begins with one of their
 * labels, the file is read like them, which is noted: blank lines, which count as texts, have no label.
 */
async function* textLines(
  lines: AsyncIterable<Line>,
  path: string,
  reader: Reader,
): AsyncGenerator<TableRecord> {
  const { dataset, classes, placeholders, note } = reader;
  const isLabelled = kindOfData(dataset) === "txt" && placeholders.length === 1;
  const { labels: mapped, label = DEFAULTS.dataset.label }: DatasetKeys = dataset;
  const labels = new Set(!isLabelled ? [] : mapped === undefined ? classes : Object.keys(mapped));
  const doubtful: Line[] = [];
  let areTexts = false;
  let isClear = false;
  for await (const line of lines) {
    const isBlank = line.text.trim() === "";
    isClear ||= !isBlank && !labels.has(labelAndText(line.text)?.label ?? "");
    areTexts ||= !isBlank;
    doubtful.push(line);
    if (isClear) { for (const one of doubtful.splice(0)) yield loneText(one, one.text, path, reader); }
  }
  // Blank lines at the end follow texts, or are all that there is.
  if (!isClear && areTexts) {
    note(
      `${path}: every line begins with a label, as in the run's data, and is read as a label and a text: where the labels belong to the texts, pass these as .jsonl or .csv`,
    );
  }
  for (const line of doubtful) {
    const parts = areTexts ? labelAndText(line.text) : undefined;
    const { line: at, record } = loneText(line, parts?.text ?? line.text, path, reader);
    yield { line: at, record: { ...record, ...(parts && { [label]: parts.label }) } };
  }
}

/** The kind of a run's data files; `undefined` for datasets on the hub and built-in ones. */
function kindOfData({ split, file }: DatasetKeys): TableKind | undefined {
  return tableKind(file ?? (typeof split === "object" ? split.train ?? "" : ""));
}

/** The format of a file: that of the run's data, if they are of the same kind. */
function formatOf(kind: string | undefined, path: string, { dataset, encoding, note }: Reader): TableFormat {
  if (kind === undefined || kindOfData(dataset) !== kind) return { encoding };
  const { delimiter, quotes, columns, encoding: own }: DatasetKeys = dataset;
  if (encoding === undefined && own !== undefined) {
    note(`${path} is read as ${own}, like the run's data; --encoding sets another`);
  }
  return { delimiter, quotes, columns, encoding: encoding ?? own };
}

/** The columns of the template's placeholders that are among these names. */
function columnsAmong(names: readonly string[], { placeholders, dataset }: Reader): string[] {
  const isColumn = new Set(names);
  const { text }: DatasetKeys = { ...DEFAULTS.dataset, ...dataset };
  return placeholders.map((name) =>
    name === "text" && (isColumn.has(text) || !isColumn.has(name)) ? text : name
  );
}

/** A line that is one text, for a template with one column. */
function loneText({ line }: Line, text: string, path: string, { placeholders }: Reader): TableRecord {
  const [name] = placeholders;
  if (placeholders.length === 1) return { line, record: { [name!]: text } };
  throw new InputError(
    `${path}:${line}: a line is one text, and the run's template has the columns ${
      placeholders.join(", ")
    }: pass a .jsonl or .csv file with columns of these names`,
  );
}

function jsonRecord(line: Line, path: string, reader: Reader): TableRecord {
  const value = parseLine(line, path);
  return typeof value === "string"
    ? loneText(line, value, path, reader)
    : { line: line.line, record: objectOf(value, line, path) };
}
