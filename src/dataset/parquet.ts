import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { InputError } from "../experiment/errors.ts";
import type { TableRecord } from "./columns.ts";

/** What a Parquet file holds. */
export interface ParquetTable {
  readonly records: readonly TableRecord[];
  /** The names of the label column's numbers, where Hugging Face's datasets library wrote the file and says them. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads a Parquet file (https://parquet.apache.org/docs/file-format/).
 *
 * @param path for messages
 * @param label the column that holds the class
 * @throws {InputError} where the bytes are no such file, or it is cut off
 */
export async function readParquet(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  label: string,
): Promise<ParquetTable> {
  const file = {
    byteLength: bytes.length,
    slice: (from: number, to?: number) => bytes.slice(from, to).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const rows = await parquetReadObjects({ file, metadata, compressors });
    return {
      records: rows.map((record, i) => ({ line: i + 1, record })),
      labels: classNames(metadata, label),
    };
  } catch (error) {
    throw new InputError(
      `${path} is not a Parquet file, or it is cut off (${bytes.length} bytes): ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** https://huggingface.co/docs/datasets/main/en/package_reference/main_classes#datasets.ClassLabel, as it stands in the file. */
function classNames({ key_value_metadata }: FileMetaData, label: string): Record<string, string> | undefined {
  const about = key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (about === undefined) return undefined;
  const names = JSON.parse(about)?.info?.features?.[label]?.names;
  return Array.isArray(names)
    ? Object.fromEntries(names.map((name, i) => [String(i), String(name)]))
    : undefined;
}
