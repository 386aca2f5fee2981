import { parse } from "@std/csv/parse";
import { basename } from "@std/path";
import { InputError } from "../experiment/errors.ts";
import { type Columns, examplesOf, recordsOf, splitLabels, splitTabs, type TableRecord } from "./columns.ts";
import type { Example } from "./example.ts";
import { readParquet } from "./parquet.ts";

/** How a table of text is written. */
export interface TextFormat {
  /** What separates the columns of a .csv file; a comma where this is left out. */
  readonly delimiter?: string | undefined;
  /** A name of the Encoding Standard; UTF-8 where this is left out. */
  readonly encoding?: string | undefined;
}

/**
 * Reads labelled texts from a .tsv, .csv (RFC 4180), .jsonl, .parquet or .txt file; the first two name their columns in the
 * first line, and a line of the last is a label, a space and a text.
 *
 * @param name what the table is called in the examples' ids
 * @throws {InputError} naming the file and the line, where the file or a column is missing or a line cannot be read
 */
export async function readTable(
  path: string,
  columns: Columns,
  format: TextFormat = {},
  name: string = basename(path),
): Promise<Example[]> {
  const bytes = await Deno.readFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`there is no ${path}: check the 'dataset' of the experiment`);
  });
  if (path.endsWith(".parquet")) {
    const { records, labels } = await readParquet(bytes, path, columns.label);
    const mapped = { ...columns, labels: columns.labels ?? labels };
    return examplesOf(records, name, path, mapped);
  }
  const content = decoded(bytes, path, format.encoding);
  const records = path.endsWith(".jsonl")
    ? parseJsonLines(content, path)
    : path.endsWith(".txt")
    ? labelledLines(content, path, columns)
    : recordsOf(
      path.endsWith(".tsv") ? splitTabs(content) : splitAt(content, path, format.delimiter ?? ","),
      path,
      columns,
    );
  return examplesOf(records, name, path, columns);
}

/** Lines that name no columns: the first is a text already. */
function labelledLines(content: string, path: string, columns: Columns): TableRecord[] {
  return recordsOf(splitLabels(content, path, columns), path, columns)
    .map(({ line, record }) => ({ line: line - 1, record }));
}

/** https://encoding.spec.whatwg.org/ */
function decoded(bytes: Uint8Array, path: string, encoding = "utf-8"): string {
  let decoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new InputError(
      `'dataset.encoding: ${encoding}' is no encoding that is known: utf-8, windows-1252, gb18030 and shift_jis are`,
    );
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new InputError(
      `${path} is not ${decoder.encoding}: set 'dataset.encoding' (windows-1252 or gb18030, say)`,
      { cause: error },
    );
  }
}

function splitAt(content: string, path: string, separator: string): string[][] {
  try {
    return parse(content, { separator }) as string[][];
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parseJsonLines(content: string, path: string): TableRecord[] {
  return content.split("\n").flatMap((text, i) => {
    if (text.trim() === "") return [];
    try {
      return [{ line: i + 1, record: JSON.parse(text) }];
    } catch (error) {
      throw new InputError(`${path}:${i + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}
