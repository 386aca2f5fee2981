import { createHash } from "node:crypto";
import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { JSON_LIMIT, MEMORY_LIMIT, readLimited, readTextLimited } from "./read_limited.ts";
import { sha256 } from "../base/sha256.ts";

/** The file with the checksums of a folder's other files; `sha256sum --check` reads it, too. */
export const CHECKSUMS = "SHA256SUMS";

/** The contents of a folder's files by their names. */
export type Contents = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/**
 * Files, and the one with their checksums. It is the first: where files are replaced one by one and the program is killed, it marks
 * the folder as one that `checkOwn` lets it write again.
 *
 * @param others the checksums, by their names, of files that are in the folder already and stay
 */
export function withChecksums(
  contents: Readonly<Record<string, string | Uint8Array>>,
  others: ReadonlyMap<string, string> = new Map(),
): Record<string, string | Uint8Array> {
  const own = Object.entries(contents).map(([name, content]) =>
    [name, createHash("sha256").update(content).digest("hex")] as const
  );
  const sums = new Map([...others, ...own]);
  return { [CHECKSUMS]: [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join(""), ...contents };
}

/** The checksums that a folder lists, by the files' names; empty where it has none. */
export async function listedChecksums(folder: string): Promise<Map<string, string>> {
  const text = await readTextLimited(join(folder, CHECKSUMS), JSON_LIMIT).catch(() => "");
  return new Map(
    [...sumsIn(text)].flatMap(([name, sum]) =>
      name === undefined || sum === undefined ? [] : [[name, sum] as const]
    ),
  );
}

/**
 * Refuses to write over files of others: those in a folder without checksums.
 *
 * @param names the names of the files that are to be written
 * @throws {InputError} naming the first that is there already
 */
export async function checkOwn(folder: string, names: readonly string[]): Promise<void> {
  const isThere = (name: string) => Deno.lstat(join(folder, name)).then(() => true, () => false);
  if (await isThere(CHECKSUMS)) return;
  for (const name of names) {
    if (!await isThere(name)) continue;
    throw new InputError(
      `${join(folder, name)} is there already, and no export wrote it: choose another folder with --out`,
    );
  }
}

/**
 * Reads a folder that `withChecksums` lists.
 *
 * @param names the names of all files that it must contain
 * @throws {Deno.errors.NotFound} where there is no such folder
 * @throws {RangeError} naming a file that has changed, or is missing
 */
export async function readChecked(folder: string, names: readonly string[]): Promise<Contents> {
  const sums = await readWhole(folder, CHECKSUMS);
  if (sums === undefined) {
    await Deno.stat(folder);
    throw new RangeError(`${CHECKSUMS} is missing`);
  }
  const written = sumsIn(new TextDecoder().decode(sums));
  const unknown = [...written.keys()].find((name) => name === undefined || !names.includes(name));
  const lacking = names.find((name) => !written.has(name));
  if (lacking !== undefined) throw new RangeError(`${CHECKSUMS} does not list ${lacking}`);
  if (written.size !== names.length) {
    throw new RangeError(`${CHECKSUMS} lists ${unknown}, which does not belong there`);
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

/**
 * Checks a file against its folder's checksums, where these list it.
 *
 * @throws {InputError} where it has changed since they were written
 */
export async function checkListed(
  folder: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const then = (await listedChecksums(folder)).get(name);
  if (then === undefined || then === await sha256(bytes)) return;
  throw new InputError(
    `${
      join(folder, name)
    } has changed since it was written (its sha256 is not that in ${CHECKSUMS}): export it again`,
  );
}

/** The checksums in a file of them, by the files' names. */
function sumsIn(text: string): Map<string | undefined, string | undefined> {
  const lines = text.trimEnd().split("\n").map((line) => line.split("  "));
  return new Map(lines.map(([sum, name]) => [name, sum]));
}

/** A file's bytes; `undefined` where there is none. */
async function readWhole(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readLimited(join(folder, name), MEMORY_LIMIT);
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound) return undefined;
    if (error instanceof InputError) {
      throw new RangeError(error.message.replace(join(folder, name), name), { cause: error });
    }
    if (error instanceof NotADirectory) throw new RangeError("it is not a folder");
    throw error;
  }
}
