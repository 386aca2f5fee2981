import { TextLineStream } from "@std/streams/text-line-stream";
import { type TableRecord, textIn } from "../dataset/columns.ts";
import { FormatError } from "../dataset/format_error.ts";
import { objectOf, parseLine } from "../dataset/json_records.ts";
import { isGzip, readBytes, saidOfFile } from "../dataset/read_bytes.ts";
import { readRecords, type TableFormat } from "../dataset/records.ts";
import type { Line } from "../dataset/rows.ts";
import { type Decoding, LineDecoder } from "../experiment/decode_text.ts";
import { InputError } from "../experiment/errors.ts";
import { tableKind } from "../experiment/table_kind.ts";
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
  /** The file's encoding, where a person says it. */
  readonly encoding?: string | undefined;
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
  const kind = file === "-" ? "jsonl" : tableKind(file), format = formatOf(kind, path, reader);
  const wayOut = (guess: string | undefined) =>
    `say '--encoding ${guess ?? "windows-1252' or '--encoding gb18030"}'`;
  const txt = (line: Line) => loneText(line, line.text, path, reader);
  if (kind === "txt" || kind === "jsonl") {
    let empty = 0;
    for await (const line of linesIn(file, path, { encoding: format.encoding, wayOut })) {
      if (line.text.trim() === "") empty++;
      else yield kind === "txt" ? txt(line) : jsonRecord(line, path, reader);
    }
    if (empty > 0) reader.note(`${path}: ${empty} empty ${empty === 1 ? "line is" : "lines are"} left out`);
    return;
  }
  const missing = (names: readonly string[]) =>
    columnsAmong(names, reader).find((column) => !names.includes(column));
  yield* (await readRecords(file, format, { missing, txt, wayOut, note: reader.note })).records;
}

/** How a file is written: as the run's data, where they are of its kind. */
function formatOf(kind: string | undefined, path: string, { dataset, encoding, note }: Reader): TableFormat {
  const { split, file = typeof split === "object" && "train" in split ? split.train : "" } = dataset;
  if (kind === undefined || tableKind(file) !== kind) return { encoding };
  const { delimiter, quotes, columns } = dataset;
  if (encoding === undefined && dataset.encoding !== undefined) {
    note(`${path} is read as ${dataset.encoding}, as the run's data are; --encoding says another`);
  }
  return { delimiter, quotes, columns, encoding: encoding ?? dataset.encoding };
}

/** The columns that hold what the template's placeholders stand for, each as far as it is among these names. */
function columnsAmong(names: readonly string[], { placeholders, dataset }: Reader): string[] {
  const isColumn = new Set(names), { text = "text" } = dataset;
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

/** The lines of a file as they are read. */
async function* linesIn(file: string, path: string, decoding: Decoding): AsyncGenerator<Line> {
  const decoder = new LineDecoder(path, decoding);
  const decoded = async function* () {
    for await (const bytes of await bytesOf(file)) yield [...decoder.lines(bytes)].join("");
    yield* decoder.end();
  };
  const byLine: TransformStream<string, string> = new TextLineStream({ allowCR: true });
  let line = 0;
  for await (const text of ReadableStream.from(decoded()).pipeThrough(byLine)) yield { line: ++line, text };
}

async function bytesOf(file: string): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  if (file === "-") return Deno.stdin.readable;
  const opened = await saidOfFile(file, () => Deno.open(file)), first = new Uint8Array(2);
  await saidOfFile(file, () => opened.read(first));
  await opened.seek(0, Deno.SeekMode.Start);
  if (!isGzip(first)) return opened.readable;
  opened.close();
  return [await readBytes(file)];
}
