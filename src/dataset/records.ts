import { decodeText } from "../disk/decode_text.ts";
import { InputError } from "../base/errors.ts";
import { DEFAULTS } from "../experiment/experiment_file.ts";
import { KNOWN_ENDINGS, type TableKind, tableKind } from "../experiment/table_kind.ts";
import type { TableRecord } from "./columns.ts";
import { csvRecords, type DelimitedFormat, tsvRecords } from "./delimited.ts";
import { jsonArray, jsonLines } from "./json_records.ts";
import { readBytes } from "./read_bytes.ts";
import { type Line, linesOf, type MissingColumn } from "./rows.ts";
import { Utf8Doubt } from "./utf8_doubt.ts";

/** The format of a file of texts, beyond what its extension says. */
export interface TableFormat extends DelimitedFormat {
  /** A name of the Encoding Standard; where it is left out, the default of the key `dataset.encoding`. */
  readonly encoding?: string | undefined;
}

/** What a reader needs from a table. */
export interface Wanted {
  /** Finds a required column that a table lacks; `undefined`: none. */
  readonly missing: MissingColumn;
  /** Reads a line of a .txt file. */
  readonly txt: (line: Line, path: string) => TableRecord;
  /** The columns of a Parquet file that are read; all by default. */
  readonly columns?: readonly string[];
  /** The label column, if there is one. */
  readonly label?: string;
  /** The way out where the file has another encoding. */
  readonly wayOut: (guess: string | undefined) => string;
  /** How to name the format of a file that shows none. */
  readonly formatWayOut?: string;
  /** Takes notes on how the file was read. */
  readonly note: (line: string) => void;
}

/** The content of a file. */
export interface Table {
  readonly records: Iterable<TableRecord>;
  /** The names of the label column's numbers, where the file has them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads a file of texts: .csv (RFC 4180), .tsv, .jsonl, .json, .parquet or .txt, each possibly compressed with gzip.
 *
 * @throws {InputError} naming the file and the line, where it is missing, of an unknown kind, or cannot be read; also while records are
 * iterated
 */
export async function readRecords(path: string, format: TableFormat, wanted: Wanted): Promise<Table> {
  const bytes = await readBytes(path);
  const kind = tableKind(path) ?? kindByContent(bytes, path, wanted.formatWayOut);
  return await recordsInBytes(bytes, kind, path, format, wanted);
}

/**
 * The records in the content of a file of some kind, as {@linkcode readRecords} reads them.
 *
 * @param bytes not compressed
 * @param path for messages
 */
export async function recordsInBytes(
  bytes: Uint8Array<ArrayBuffer>,
  kind: TableKind,
  path: string,
  format: TableFormat,
  wanted: Wanted,
): Promise<Table> {
  if (kind === "parquet") {
    const { readParquet } = await import("./parquet.ts");
    return await readParquet(bytes, path, wanted);
  }
  const { encoding = DEFAULTS.dataset.encoding } = format;
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

/** The kind of a file without an extension, by its first bytes. */
function kindByContent(bytes: Uint8Array, path: string, wayOut: string | undefined): TableKind {
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
    `${path}: its format is recognized neither by its name nor by its first bytes: ${
      wayOut === undefined ? "" : `${wayOut}, or `
    }save it as one of ${KNOWN_ENDINGS}`,
  );
}
