/**
 * The bytes of a stream, which is left where there are more of them than allowed: what is decompressed may be a thousand times
 * as long as the file.
 *
 * @param most the largest number of bytes
 * @throws {RangeError} where there are more
 */
export async function readAtMost(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > most) throw new RangeError(`it unpacks to more than ${most / 2 ** 20} MiB`);
    pieces.push(Uint8Array.from(piece));
  }
  return await new Blob(pieces).bytes();
}
