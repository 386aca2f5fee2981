import { basename, resolve } from "@std/path";
import { memoize } from "../base/memoize.ts";
import type { Columns } from "./columns.ts";
import type { Example } from "./example.ts";
import { type Clean, readExamples } from "./reading.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { type LabelledTable, type Reading, readTable } from "./table.ts";

/** The examples of a file, with notes on how it was read. */
interface ReadFile extends LabelledTable {
  readonly notes: readonly string[];
}

/**
 * Files of labelled texts, each read once: datasets that differ in their seed, their split or their shots share its examples.
 */
export class ExampleFiles {
  private readonly tables = new Map<string, Promise<ReadFile>>();
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
    { note, ...format }: Reading,
    clean: Clean,
    name: string = basename(path),
  ): Promise<LabelledTable> {
    const key = JSON.stringify([resolve(path), columns, format, clean, name]);
    const { notes, ...table } = await memoize(this.tables, key, async () => {
      const notes: string[] = [];
      const read = await readTable(path, columns, { ...format, note: (line) => notes.push(line) }, name);
      return { ...read, examples: readExamples(read.examples, clean), notes };
    });
    notes.forEach(note);
    return table;
  }

  /** The examples of rt-polarity in a folder, their texts cleaned. @throws {InputError} as `readRtPolarity` */
  async rtPolarity(folder: string, clean: Clean): Promise<readonly Example[]> {
    const key = JSON.stringify([resolve(folder), clean]);
    const read = async () => readExamples(await readRtPolarity(folder), clean);
    return await memoize(this.rtPolarities, key, read);
  }
}
