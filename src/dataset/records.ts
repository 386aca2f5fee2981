import { decodeText } from "../disk/decode_text.ts";
import { InputError } from "../base/errors.ts";
import { KNOWN_ENDINGS, type TableKind, tableKind } from "../experiment/table_kind.ts";
import type { TableRecord } from "./columns.ts";
import { csvRecords, type DelimitedFormat, tsvRecords } from "./delimited.ts";
import { jsonArray, jsonLines } from "./json_records.ts";
import { readParquet } from "./parquet.ts";
import { readBytes } from "./read_bytes.ts";
import { type Line, linesOf, type MissingColumn } from "./rows.ts";
import { Utf8Doubt } from "./utf8_doubt.ts";

/** How a file of texts is written, beyond what its ending says. */
export interface TableFormat extends DelimitedFormat {
  /** A name of the Encoding Standard; UTF-8 where this is left out. */
  readonly encoding?: string | undefined;
}

/** What is looked for in a table. */
export interface Wanted {
  /** Which column a table lacks, of those that are needed; `undefined`: none. */
  readonly missing: MissingColumn;
  /** What a line of a .txt file is. */
  readonly txt: (line: Line, path: string) => TableRecord;
  /** Of a Parquet file, the columns that are read; all where this is left out. */
  readonly columns?: readonly string[];
  /** The column that may hold a class. */
  readonly label?: string;
  /** What a person can do where the file is of another encoding. */
  readonly wayOut: (guess: string | undefined) => string;
  /** Told what a person should know of how the file was read. */
  readonly note: (line: string) => void;
}

/** What a file holds. */
export interface Table {
  readonly records: Iterable<TableRecord>;
  /** The names of the label column's numbers, where the file says them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads a file of texts: .csv (RFC 4180), .tsv, .jsonl, .json, .parquet or .txt, which gzip may have packed.
 *
 * @throws {InputError} naming the file and the line, where it is missing, of no such kind, or cannot be read; as records are
 * taken, too
 */
export async function readRecords(path: string, format: TableFormat, wanted: Wanted): Promise<Table> {
  const bytes = await readBytes(path);
  const kind = tableKind(path) ?? kindByContent(bytes, path);
  if (kind === "parquet") return await readParquet(bytes, path, wanted);
  const { encoding } = format;
  const content = decodeText(bytes, path, { encoding, wayOut: wanted.wayOut });
  const doubt = new Utf8Doubt(encoding);
  for (const part of [bytes, new Uint8Array()]) doubt.see(part);
  const warning = doubt.warning(path);
  if (warning !== undefined) wanted.note(warning);
  switch (kind) {
    case "csv":
      return { records: csvRecords(content, path, format, wanted.missing, wanted.note) };
    case "tsv":
      return { records: tsvRecords(content, path, format, wanted.missing, wanted.note) };
    case "jsonl":
      return { records: jsonLines(linesOf(content), path) };
    case "json":
      return {
        records: /^\s*\{/.test(content) ? jsonLines(linesOf(content), path) : jsonArray(content, path),
      };
    case "txt":
      return {
        records: linesOf(content).filter(({ text }) => text.trim() !== "").map((line) =>
          wanted.txt(line, path)
        ),
      };
  }
}

/** What the first bytes of a file say, whose name does not end in a dot and more. */
function kindByContent(bytes: Uint8Array, path: string): TableKind {
  const begin = new TextDecoder("windows-1252").decode(bytes.subarray(0, 4));
  const kind = begin === "PAR1"
    ? "parquet"
    : /^\s*\{/.test(begin)
    ? "jsonl"
    : /^\s*\[/.test(begin)
    ? "json"
    : undefined;
  if (kind !== undefined) return kind;
  throw new InputError(
    `${path}: neither its name nor its first bytes say how it is written: save it as one of ${KNOWN_ENDINGS}`,
  );
}
