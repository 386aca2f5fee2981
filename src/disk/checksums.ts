import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { sha256 } from "../base/sha256.ts";

/** The file with the checksums of a folder's other files; `sha256sum --check` reads it, too. */
const NAME = "SHA256SUMS";

/** The contents of a folder's files by their names. */
export type Contents = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** Writes files into a folder, with their checksums. */
export async function writeChecked(folder: string, contents: Contents): Promise<void> {
  const lines: string[] = [];
  for (const [name, bytes] of Object.entries(contents)) {
    await Deno.writeFile(join(folder, name), bytes);
    lines.push(`${await sha256(bytes)}  ${name}\n`);
  }
  await Deno.writeTextFile(join(folder, NAME), lines.join(""));
}

/** Moves such files into another folder. The file of checksums is moved last. */
export async function moveChecked(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of [...names, NAME]) await Deno.rename(join(from, name), join(to, name));
}

/**
 * Reads a folder's files that `writeChecked` wrote.
 *
 * @param names the names of all files that it must contain
 * @throws {Deno.errors.NotFound} where nothing was written, or not completely
 * @throws {RangeError} naming a file that has changed
 */
export async function readChecked(folder: string, names: readonly string[]): Promise<Contents> {
  const sums = await readWhole(folder, NAME);
  if (sums === undefined) throw new Deno.errors.NotFound(`there is no ${join(folder, NAME)}`);
  const lines = new TextDecoder().decode(sums).trimEnd().split("\n").map((line) => line.split("  "));
  const written = new Map(lines.map(([sum, name]) => [name, sum]));
  const unknown = [...written.keys()].find((name) => name === undefined || !names.includes(name));
  const lacking = names.find((name) => !written.has(name));
  if (lacking !== undefined) throw new RangeError(`${NAME} does not list ${lacking}`);
  if (written.size !== names.length) {
    throw new RangeError(`${NAME} lists ${unknown}, which does not belong there`);
  }
  const read = names.map(async (name) => {
    const bytes = await readWhole(folder, name);
    if (bytes === undefined) throw new RangeError(`${name} is missing`);
    if (await sha256(bytes) !== written.get(name)) {
      throw new RangeError(`${name} has changed since it was written`);
    }
    return [name, bytes] as const;
  });
  return Object.fromEntries(await allDone(read));
}

/** A file's bytes; `undefined` where there is none. */
async function readWhole(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(join(folder, name));
  } catch (error) {
    const { NotFound, IsADirectory, NotADirectory } = Deno.errors;
    if (error instanceof NotFound) return undefined;
    if (error instanceof IsADirectory) throw new RangeError(`${name} is a folder`);
    if (error instanceof NotADirectory) throw new RangeError("it is not a folder");
    throw error;
  }
}
