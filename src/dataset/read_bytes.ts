import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { InputError } from "../experiment/errors.ts";

// The platform's DecompressionStream refuses files of several parts, as parallel packers write them.
const unpack = promisify(gunzip);

/** The first bytes of what gzip has packed: https://www.rfc-editor.org/rfc/rfc1952 */
const GZIP = [0x1f, 0x8b];

/** Whether bytes are packed by gzip. */
export function isGzip([first, second]: Uint8Array): boolean {
  return first === GZIP[0] && second === GZIP[1];
}

/**
 * Opens or reads a file.
 *
 * @throws {InputError} in place of an error of the file system: there is no such file, it is a folder, or not for everyone
 */
export async function saidOfFile<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`there is no ${path}: check the 'dataset' or the --file that names it`);
    }
    const { IsADirectory, NotADirectory, PermissionDenied } = Deno.errors;
    if (![IsADirectory, NotADirectory, PermissionDenied].some((kind) => error instanceof kind)) throw error;
    throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads a file, and unpacks it where gzip has packed it.
 *
 * @throws {InputError} where there is none, or it is cut off
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await saidOfFile(path, () => Deno.readFile(path));
  if (!isGzip(bytes)) return bytes;
  try {
    return new Uint8Array(await unpack(bytes));
  } catch (error) {
    throw new InputError(
      `${path} cannot be unpacked, as it is damaged or cut off: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
