import { InputError, thrownMessage } from "../base/errors.ts";
import { gunzip } from "../base/gunzip.ts";
import { checkSize, MEMORY_LIMIT } from "../disk/read_limited.ts";

/** The first bytes of gzip data: https://www.rfc-editor.org/rfc/rfc1952 */
const GZIP = [0x1f, 0x8b];

/** The largest size of what is decompressed, in bytes: more does not fit into one string. */
const MOST_UNPACKED = 2 ** 29;

/** Whether bytes are compressed with gzip. */
export function isGzip([first, second]: Uint8Array): boolean {
  return first === GZIP[0] && second === GZIP[1];
}

/**
 * Opens or reads a file.
 *
 * @throws {InputError} in place of an error of the file system: the file does not exist, is a folder, or may not be read
 */
export async function withFileContext<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new InputError(`there is no ${path}: check the 'dataset' or the --file that names it`);
    }
    // The error's own message ends with the system call, which repeats the path.
    const why = thrownMessage(error).replace(/: \w+ '.*'$/s, "");
    throw new InputError(`${path.replaceAll("\0", "\\0")} cannot be read: ${why}`, { cause: error });
  }
}

/**
 * Checks that a path is that of a file or a pipe, which can be read to the end.
 *
 * @throws {InputError} where it is a folder, a device or a socket, or does not exist
 */
export async function checkReadable(path: string): Promise<void> {
  const { isFile, isFifo, isDirectory } = await withFileContext(path, () => Deno.stat(path));
  if (isFile || isFifo) return;
  throw new InputError(
    `${path} cannot be read: it is ${
      isDirectory ? "a folder, not a file: name a file in it" : "a device, not a file"
    }`,
  );
}

/**
 * Checks that a path is that of a regular file, which can be read more than once.
 *
 * @throws {InputError} where it is something else, or does not exist
 */
export async function checkIsFile(path: string): Promise<void> {
  await checkReadable(path);
  if ((await Deno.stat(path)).isFile) return;
  throw new InputError(`${path} is not a regular file: write its content to one`);
}

/**
 * Reads a file, decompressed if it is gzip.
 *
 * @throws {InputError} where it does not exist, is too large or truncated
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await checkReadable(path);
  const { size } = await Deno.stat(path);
  checkSize(path, size, { ...MEMORY_LIMIT, wayOut: "split it into several files" });
  const bytes = await withFileContext(path, () => Deno.readFile(path));
  return isGzip(bytes) ? await unpack(bytes, path) : bytes;
}

/** Reads a stream to its end, decompressed if it is gzip. @param path for messages @throws {InputError} where it is truncated */
export async function readStream(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await withFileContext(path, () => new Response(stream).bytes());
  return isGzip(bytes) ? await unpack(bytes, path) : bytes;
}

/**
 * Decompresses gzip data of one or several members, as parallel compressors write them; zeros may follow the last.
 *
 * @param path for messages
 * @param most the largest size of the content, in bytes
 * @throws {InputError} where it is damaged or truncated, something else follows a member, or the content is larger
 */
export async function unpack(
  bytes: Uint8Array,
  path: string,
  most: number = MOST_UNPACKED,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await gunzip(bytes, most);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new InputError(`${path} is too large: ${error.message}: split it into several files`, {
        cause: error,
      });
    }
    throw new InputError(
      `${path} cannot be decompressed, as it is damaged or truncated: ${thrownMessage(error)}`,
      { cause: error },
    );
  }
}
