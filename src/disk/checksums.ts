import { join } from "@std/path";
import { sha256 } from "../dataset/sha256.ts";

/** The file that says what a folder's others must be; `sha256sum --check` reads it, too. */
const NAME = "SHA256SUMS";

/** The contents of a folder's files by their names. */
export type Contents = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** Writes files into a folder, and what they must be when they are read again. */
export async function writeChecked(folder: string, contents: Contents): Promise<void> {
  const lines: string[] = [];
  for (const [name, bytes] of Object.entries(contents)) {
    await Deno.writeFile(join(folder, name), bytes);
    lines.push(`${await sha256(bytes)}  ${name}\n`);
  }
  await Deno.writeTextFile(join(folder, NAME), lines.join(""));
}

/** Moves what was written into another folder. The last file to come is the one that says what the others must be. */
export async function moveChecked(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of [...names, NAME]) await Deno.rename(join(from, name), join(to, name));
}

/**
 * Reads all of a folder's files that were written so.
 *
 * @throws {Deno.errors.NotFound} where one is not there
 * @throws {RangeError} naming one that is not as it was written
 */
export async function readChecked(folder: string): Promise<Contents> {
  const sums = await Deno.readTextFile(join(folder, NAME));
  const read = sums.trimEnd().split("\n").map(async (line) => {
    const [sum, name = ""] = line.split("  "), bytes = await Deno.readFile(join(folder, name));
    if (await sha256(bytes) !== sum) throw new RangeError(`${name} is not what was written`);
    return [name, bytes] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
