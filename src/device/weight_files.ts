import type { WeightFiles } from "./weights.ts";

/** The largest number of bytes per read. */
const CHUNK = 1 << 26;

/** Weight files on disk. */
export const ON_DISK: WeightFiles = {
  size: async (path) => (await Deno.stat(path)).size,
  read: readWhole,
};

/** Reads a file into a buffer of its size; Deno.readFile takes twice as much for a moment. */
async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array((await file.stat()).size);
  for (let at = 0; at < bytes.length;) {
    const read = await file.read(bytes.subarray(at, at + CHUNK));
    if (read === null) throw new Deno.errors.UnexpectedEof(`${path} became shorter while it was read`);
    at += read;
  }
  return bytes;
}
