import { constants, crc32, deflateRawSync } from "node:zlib";

/** The number of its blocks. */
const BLOCKS = 1300;

/**
 * Gzip data of about a MiB that unpack to 1300 MiB (https://www.rfc-editor.org/rfc/rfc1952): one block, again and again.
 *
 * @param before the first bytes of the content @param piece what fills the rest
 */
export function gzipBomb(before: string, piece: string): Uint8Array {
  const begin = new TextEncoder().encode(before);
  const filling = new TextEncoder().encode(piece.repeat(2 ** 20 / piece.length));
  const flushed = (bytes: Uint8Array) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  const block = flushed(filling);
  let sum = crc32(begin);
  for (let i = 0; i < BLOCKS; i++) sum = crc32(filling, sum);
  return Buffer.concat([
    Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255),
    flushed(begin),
    ...Array.from({ length: BLOCKS }, () => block),
    deflateRawSync(""),
    new Uint8Array(Uint32Array.of(sum, begin.length + BLOCKS * filling.length).buffer),
  ]);
}
