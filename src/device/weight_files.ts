import type { WeightFiles } from "./weights.ts";

/** Most bytes that one read asks for. */
const CHUNK = 1 << 26;

/** Files of weights on the disk. */
export const ON_DISK: WeightFiles = {
  size: async (path) => (await Deno.stat(path)).size,
  read: readWhole,
};

/** Reads a file into memory that is its size, and not twice as much for a moment as Deno.readFile takes. */
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
