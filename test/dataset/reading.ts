import { join } from "@std/path";
import { PLAIN_COLUMNS } from "../../src/dataset/columns.ts";
import type { Example } from "../../src/dataset/example.ts";
import { type Reading, readTable } from "../../src/dataset/table.ts";
import { inFolder } from "../commands/softprompt.ts";

/** What a file is read as, and the notes on it. */
export interface Read {
  readonly examples: readonly Example[];
  readonly notes: readonly string[];
}

/** Writes a file of labelled texts and reads it; a string is written as UTF-8. */
export async function readWritten(
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  format: Partial<Reading> = {},
  columns = PLAIN_COLUMNS,
): Promise<Read> {
  let examples: readonly Example[] = [];
  const notes: string[] = [];
  await inFolder(async (folder) => {
    const path: string = join(folder, name);
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    ({ examples } = await readTable(path, columns, { ...format, note: (line) => notes.push(line) }));
  });
  return { examples, notes };
}

/** The texts and labels that a file is read as. */
export async function pairsIn(...args: Parameters<typeof readWritten>): Promise<[string, string][]> {
  return (await readWritten(...args)).examples.map(({ text, label }) => [text, label]);
}
