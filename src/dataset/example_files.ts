import { basename, resolve } from "@std/path";
import { memoize } from "../base/memoize.ts";
import type { Columns } from "./columns.ts";
import type { Example } from "./example.ts";
import { type Clean, readExamples } from "./reading.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { type Reading, readTable } from "./table.ts";

/** The examples of a file, with notes on how it was read. */
interface ReadFile {
  readonly examples: readonly Example[];
  readonly notes: readonly string[];
}

/**
 * Files of labelled texts, each read once: datasets that differ in their seed, their split or their shots share its examples.
 */
export class ExampleFiles {
  private readonly files = new Map<string, Promise<ReadFile>>();

  /**
   * The examples of a table, their texts cleaned.
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
  ): Promise<readonly Example[]> {
    const key = JSON.stringify([resolve(path), columns, format, clean, name]);
    const { examples, notes } = await memoize(this.files, key, async () => {
      const notes: string[] = [];
      const read = await readTable(path, columns, { ...format, note: (line) => notes.push(line) }, name);
      return { examples: readExamples(read, clean), notes };
    });
    notes.forEach(note);
    return examples;
  }

  /** The examples of rt-polarity in a folder, their texts cleaned. @throws {InputError} as `readRtPolarity` */
  async rtPolarity(folder: string, clean: Clean): Promise<readonly Example[]> {
    const key = JSON.stringify([resolve(folder), clean]);
    const read = async () => ({ examples: readExamples(await readRtPolarity(folder), clean), notes: [] });
    return (await memoize(this.files, key, read)).examples;
  }
}
