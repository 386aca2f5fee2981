import { type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { durationColumns } from "./arrow_durations.ts";
import { CODECS } from "./parquet_codecs.ts";
import { asStored, columnReading } from "./parquet_columns.ts";
import { ParquetTooLarge } from "./parquet_damage.ts";
import { checkFooter, footerOf } from "./parquet_footer.ts";
import { checkPages } from "./parquet_pages.ts";
import { checkThrift } from "./parquet_thrift.ts";
import type { Table, Wanted } from "./records.ts";
import { checkNames } from "./rows.ts";
import { parseWritten } from "./written_number.ts";

/**
 * Reads a Parquet file (https://parquet.apache.org/docs/file-format/). Strings that are not UTF-8 stay bytes.
 *
 * @param path for messages
 * @throws {InputError} where the bytes are not a Parquet file, are damaged, truncated or too large when unpacked, or a column is
 *   missing or occurs twice
 */
export async function readParquet(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  { missing, columns, label }: Pick<Wanted, "missing" | "columns" | "label">,
): Promise<Table> {
  const file = {
    byteLength: bytes.length,
    slice: (from: number, to?: number) => bytes.slice(from, to).buffer,
  };
  try {
    checkThrift(footerOf(bytes));
    const metadata = await parquetMetadataAsync(file);
    const chunks = checkFooter(metadata, bytes.length);
    const elements = parquetSchema(metadata).children.map(({ element }) => element);
    const names = elements.map(({ name }) => name);
    const lacks = missing(names);
    if (lacks !== undefined) {
      throw new InputError(
        message`${path}: there is no column '${lacks}' (found: ${ofFile(names.join(", "))})`,
      );
    }
    checkNames(names, path);
    checkPages(
      bytes,
      chunks.filter(({ rows, elements: [top] }) => rows > 0 && columns?.includes(top!.name) !== false),
    );
    const read = columns === undefined ? {} : { columns: [...columns] };
    const isColumn = new Set(elements);
    const durations = durationsIn(metadata);
    const schema = metadata.schema.map((one) => isColumn.has(one) ? asStored(one) : one);
    const rows = await parquetReadObjects({
      file,
      metadata: { ...metadata, schema },
      compressors: CODECS,
      parsers: { stringFromBytes, jsonFromBytes },
      utf8: false,
      ...read,
    });
    for (const element of elements) {
      const { name } = element;
      const reading = columnReading(element, durations.has(name));
      if (reading === undefined || columns?.includes(name) === false) continue;
      for (const row of rows) row[name] = reading(row[name]);
    }
    return {
      records: rows.map((record, i) => ({ line: i + 1, record })),
      labels: label === undefined ? undefined : classNames(metadata, label),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof ParquetTooLarge) {
      throw new InputError(`${path} is too large: ${error.message}: split it into several files`, {
        cause: error,
      });
    }
    throw new InputError(
      message`${path} is not a Parquet file, or is truncated or damaged (${bytes.length} bytes): ${
        ofFile(reasonOf(error))
      }`,
      { cause: error },
    );
  }
}

/** What is wrong with a file; errors of JavaScript in reading it say nothing of the file. */
function reasonOf(error: unknown): string {
  const isPlain = error instanceof Error && !(error instanceof TypeError || error instanceof RangeError);
  return isPlain ? error.message : "its content contradicts its format";
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function stringFromBytes(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
  try {
    return bytes && utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

function jsonFromBytes(bytes: Uint8Array | undefined): unknown {
  return bytes && parseWritten(utf8.decode(bytes));
}

function durationsIn({ key_value_metadata }: FileMetaData): ReadonlySet<string> {
  const schema = key_value_metadata?.find(({ key }) => key === "ARROW:schema")?.value;
  return schema === undefined ? new Set() : durationColumns(schema);
}

/** https://huggingface.co/docs/datasets/main/en/package_reference/main_classes#datasets.ClassLabel, as the file stores it. */
function classNames({ key_value_metadata }: FileMetaData, label: string): Record<string, string> | undefined {
  const about = key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (about === undefined) return undefined;
  const names = JSON.parse(about)?.info?.features?.[label]?.names;
  return Array.isArray(names)
    ? Object.fromEntries(names.map((name, i) => [String(i), String(name)]))
    : undefined;
}
