import { parseTar } from "nanotar";
import { InputError, thrownMessage } from "../base/errors.ts";
import { gunzip } from "../base/gunzip.ts";

/** The largest archive that is downloaded, and the largest content, in bytes: thirty times those of rt-polarity. */
export const MOST_PACKED = 2 ** 24;
const MOST_UNPACKED = 2 ** 25;

/**
 * Finds files in a gzipped tar archive, in memory. Nothing is written where an entry's name leads; what is not a regular file of one
 * of the names is left out.
 *
 * @param source for messages
 * @param names of files, in whatever folder they are
 * @throws {InputError} where it is no such archive, holds too much, lacks a file or has it twice
 */
export async function filesInArchive(
  packed: Uint8Array<ArrayBuffer>,
  source: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const entries = await entriesOf(packed, source);
  return new Map(names.map((name) => {
    const [found, ...others] = entries.filter((one) => one.type === "file" && baseName(one.name) === name);
    if (found?.data === undefined) throw new InputError(`${source} does not hold ${name}`);
    if (others.length > 0) throw new InputError(`${source} holds ${others.length + 1} files ${name}`);
    return [name, Uint8Array.from(found.data)] as const;
  }));
}

async function entriesOf(packed: Uint8Array<ArrayBuffer>, source: string) {
  try {
    return parseTar(await gunzip(packed, MOST_UNPACKED));
  } catch (error) {
    throw new InputError(`${source} is not a gzipped tar archive: ${thrownMessage(error)}; try again`, {
      cause: error,
    });
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
