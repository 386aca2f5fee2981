import { buffer } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { InputError } from "../base/errors.ts";

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
export async function withFileContext<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`there is no ${path}: check the 'dataset' or the --file that names it`);
    }
    // The error's own message ends with the call, which names the path again.
    const why = (error as Error).message.replace(/: \w+ '.*'$/s, "");
    throw new InputError(`${path.replaceAll("\0", "\\0")} cannot be read: ${why}`, { cause: error });
  }
}

/**
 * Checks that a path is of something that can be read to its end: a file, or a pipe.
 *
 * @throws {InputError} where it is a folder, a device or a socket, or there is nothing
 */
export async function checkReadable(path: string): Promise<void> {
  const { isFile, isFifo, isDirectory } = await withFileContext(path, () => Deno.stat(path));
  if (isFile || isFifo) return;
  throw new InputError(`${path} cannot be read: it is ${isDirectory ? "a folder" : "a device"}, not a file`);
}

/**
 * Checks that a path is of a file that can be read more than once.
 *
 * @throws {InputError} where it is of something else, or there is nothing
 */
export async function checkIsFile(path: string): Promise<void> {
  await checkReadable(path);
  if ((await Deno.stat(path)).isFile) return;
  throw new InputError(`${path} is not a regular file: write what comes out of it into one`);
}

/**
 * Reads a file, and unpacks it where gzip has packed it.
 *
 * @throws {InputError} where there is none, or it is cut off
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await checkReadable(path);
  const bytes = await withFileContext(path, () => Deno.readFile(path));
  return isGzip(bytes) ? await unpack(bytes, path) : bytes;
}

/**
 * Unpacks what gzip has packed, in one part or several, as parallel packers write them; zeros may stand after the last.
 *
 * @param path for messages
 * @throws {InputError} where it is damaged or cut off, or something else stands after a part
 */
export async function unpack(bytes: Uint8Array, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const unpacker = createGunzip();
  const unpacked = buffer(unpacker);
  unpacker.end(bytes);
  try {
    const content = new Uint8Array(await unpacked);
    const { bytesWritten: read } = unpacker;
    if (bytes.subarray(read).every((byte) => byte === 0)) return content;
    throw new Error(`from byte ${read + 1} on it is not packed by gzip`);
  } catch (error) {
    throw new InputError(
      `${path} cannot be unpacked, as it is damaged or cut off: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
