import { COMMAND } from "../base/called_as.ts";
import { resolve } from "@std/path";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { ExperimentDocument, type PlacedKeys, withLocation } from "./document.ts";
import { ConfigValueError, InputError } from "../base/errors.ts";
import { memoizeLatest } from "../base/memoize.ts";

/** Runs an action on an experiment; an error in a key's value is reported with the key's place in the file. */
export async function withPlaces<T>(
  { file, overrides }: { readonly file: string; readonly overrides: PlacedKeys },
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ConfigValueError
      ? withLocation(error, await readDocument(file), overrides)
      : error;
  }
}

/** The document read last: the thousands of runs of one file may all have an error. */
const latest = new Map<string, Promise<ExperimentDocument>>();

async function readDocument(file: string): Promise<ExperimentDocument> {
  const text = await readExperimentFile(file);
  return await memoizeLatest(
    latest,
    1,
    `${file}\n${text}`,
    () => Promise.resolve(new ExperimentDocument(text, file)),
  );
}

/** The largest experiment file that is read, in bytes; a sweep of thousands of variants takes a tenth of it. */
export const LARGEST = 2 ** 21;

/**
 * The experiment file that a path names: where the path leads through symbolic links, to the file or to a folder above it, the
 * file's own path. What the file names is relative to that path, and the commit that a run records is that file's.
 */
export async function experimentFileAt(path: string): Promise<string> {
  const real = await Deno.realPath(path).catch(() => undefined);
  return real === undefined || real === resolve(path) ? path : real;
}

/**
 * Reads an experiment file's text.
 *
 * @throws {InputError} where the file is missing, larger than 2 MiB or not UTF-8
 */
export async function readExperimentFile(file: string): Promise<string> {
  const bytes = await readBytes(file).catch((error) => {
    if (isAbsent(error)) {
      throw new InputError(
        `there is no experiment file ${file}: check the path, from the folder that you are in`,
      );
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new InputError(
        `${file} is a folder: name an experiment file in it, or run all of them with ${COMMAND} batch ${file}`,
      );
    }
    throw error;
  });
  return decodeText(bytes, file, SAVE_AS_UTF8);
}

/** A file without end, such as `/dev/zero`, is read no further than it may be long. */
async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of (await Deno.open(file)).readable) {
    pieces.push(piece);
    length += piece.length;
    if (length > LARGEST) {
      throw new InputError(
        `${file} has more than ${
          LARGEST.toLocaleString("en")
        } bytes, the most that an experiment file may have: divide it into several files`,
      );
    }
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
