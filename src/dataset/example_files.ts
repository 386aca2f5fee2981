import { basename, resolve } from "@std/path";
import { memoize } from "../base/memoize.ts";
import type { Columns } from "./columns.ts";
import type { AnyExample, Example } from "./example.ts";
import { type Clean, readExamples } from "./reading.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import {
  type AnsweredTable,
  type LabelledTable,
  readAnsweredTable,
  type Reading,
  readTable,
} from "./table.ts";
import type { AnsweredColumns } from "./targets.ts";

/** What is read of a file, with notes on how it was read. */
interface ReadFile<Table> {
  readonly table: Table;
  readonly notes: readonly string[];
}

/**
 * Files of labelled texts, each read once: datasets that differ in their seed, their split or their shots share its examples.
 */
export class ExampleFiles {
  private readonly labelled = new Map<string, Promise<ReadFile<LabelledTable>>>();
  private readonly answers = new Map<string, Promise<ReadFile<AnsweredTable>>>();
  private readonly rtPolarities = new Map<string, Promise<readonly Example[]>>();

  /**
   * The content of a table, its texts cleaned.
   *
   * @param name the table's name in the examples' ids
   * @throws {InputError} as `readTable`; a file that could not be read is tried again on the next call
   */
  async table(
    path: string,
    columns: Columns,
    reading: Reading,
    clean: Clean,
    name: string = basename(path),
  ): Promise<LabelledTable> {
    return await readOnce(this.labelled, readTable, path, columns, reading, clean, name);
  }

  /** The content of a table with right answers, as {@linkcode table}. */
  async answered(
    path: string,
    columns: AnsweredColumns,
    reading: Reading,
    clean: Clean,
    name: string = basename(path),
  ): Promise<AnsweredTable> {
    return await readOnce(this.answers, readAnsweredTable, path, columns, reading, clean, name);
  }

  /** The examples of rt-polarity in a folder, their texts cleaned. @throws {InputError} as `readRtPolarity` */
  async rtPolarity(folder: string, clean: Clean): Promise<readonly Example[]> {
    const key = JSON.stringify([resolve(folder), clean]);
    const read = async () => readExamples(await readRtPolarity(folder), clean);
    return await memoize(this.rtPolarities, key, read);
  }
}

/** @param found the files that were read before @param read reads a table */
async function readOnce<Kind, Table extends { readonly examples: readonly AnyExample[] }>(
  found: Map<string, Promise<ReadFile<Table>>>,
  read: (path: string, columns: Kind, reading: Reading, name: string) => Promise<Table>,
  path: string,
  columns: Kind,
  { note, ...format }: Reading,
  clean: Clean,
  name: string,
): Promise<Table> {
  const key = JSON.stringify([resolve(path), columns, format, clean, name]);
  const { table, notes } = await memoize(found, key, async () => {
    const notes: string[] = [];
    const table = await read(path, columns, { ...format, note: (line) => notes.push(line) }, name);
    return { table: { ...table, examples: readExamples(table.examples, clean) }, notes };
  });
  notes.forEach(note);
  return table;
}
