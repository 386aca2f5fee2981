import { createGunzip } from "node:zlib";

/**
 * Decompresses gzip data of one or several members (https://www.rfc-editor.org/rfc/rfc1952), as parallel compressors write them;
 * zeros may follow the last. The content is counted piece by piece, as it may be a thousand times as long as the data: a
 * `DecompressionStream` unpacks all that it is given before it hands out anything.
 *
 * @param most the largest size of the content, in bytes
 * @throws {RangeError} where the content is larger
 * @throws {Error} where the data are damaged or truncated, or something else follows a member
 */
export async function gunzip(
  bytes: Uint8Array,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacker = createGunzip();
  const unpacked = atMost(unpacker, most);
  unpacker.end(bytes);
  const content = await unpacked;
  const { bytesWritten: read } = unpacker;
  if (bytes.subarray(read).every((byte) => byte === 0)) return content;
  throw new Error(`from byte ${read + 1} on it is not gzip data`);
}

async function atMost(stream: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > most) throw new RangeError(`it unpacks to more than ${most / 2 ** 20} MiB`);
    pieces.push(Uint8Array.from(piece));
  }
  return await new Blob(pieces).bytes();
}
