import type { Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { brotliDecompressSync, unzipSync, zstdDecompressSync } from "node:zlib";

/** Decompresses a whole page and stops where it is longer than allowed. */
type Decompress = (page: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/**
 * The codecs of Parquet's pages. None gives more bytes than a page's header declares: the library's own for GZIP, BROTLI and ZSTD
 * do not count, or count only at the end.
 */
export const CODECS: Compressors = Object.fromEntries(
  Object.entries({
    ...compressors,
    GZIP: counted(unzipSync),
    BROTLI: counted(brotliDecompressSync),
    ZSTD: counted(zstdDecompressSync),
  }).map(([name, decompress]) => [name, ofLength(decompress)]),
);

type Codec = (page: Uint8Array, length: number) => Uint8Array;

function counted(decompress: Decompress): Codec {
  return (page, length) => {
    const unpacked = decompress(page, { maxOutputLength: length });
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.length);
  };
}

/** Not every codec takes a length of 0. */
function ofLength(decompress: Codec): Codec {
  return (page, length) => length === 0 ? new Uint8Array() : decompress(page, length);
}
