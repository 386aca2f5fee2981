import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { type PlacedKeys, withLocation } from "./document.ts";
import { ConfigValueError, InputError } from "../base/errors.ts";

/** Runs an action on an experiment; an error in a key's value is reported with the key's place in the file. */
export async function withPlaces<T>(
  { file, overrides }: { readonly file: string; readonly overrides: PlacedKeys },
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ConfigValueError
      ? withLocation(error, await readExperimentFile(file), file, overrides)
      : error;
  }
}

/**
 * The experiment file that a path names: of a symbolic link, the file that it points to. What the file names is relative to that
 * file, and the commit that a run records is that file's.
 */
export async function experimentFileAt(path: string): Promise<string> {
  const info = await Deno.lstat(path).catch(() => undefined);
  return info?.isSymlink ? await Deno.realPath(path).catch(() => path) : path;
}

/**
 * Reads an experiment file's text.
 *
 * @throws {InputError} where the file is missing or not UTF-8
 */
export async function readExperimentFile(file: string): Promise<string> {
  const bytes = await Deno.readFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`there is no experiment file ${file}`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new InputError(`${file} is a folder: name an experiment file in it`);
    }
    throw error;
  });
  return decodeText(bytes, file, SAVE_AS_UTF8);
}
