import type { FileRegion } from "../compiler/mod.ts";

/** Reads a region of a file synchronously, as the compiler requires. */
export function readRegion({ path, offset, length }: FileRegion): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = file.readSync(bytes.subarray(at));
    if (read === null) {
      throw new Deno.errors.UnexpectedEof(`it ends at ${offset + at} of ${offset + length} bytes`);
    }
    at += read;
  }
  return bytes;
}
