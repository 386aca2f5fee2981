import type { WeightFiles } from "./weights.ts";

/** The largest number of bytes per read. */
const CHUNK = 1 << 26;

/** Weight files on disk. */
export const ON_DISK: WeightFiles = {
  size: async (path) => (await Deno.stat(path)).size,
  read: async (path) => {
    using file = await Deno.open(path);
    return await readBytes(file, path, (await file.stat()).size);
  },
  readPart: async (path, offset, length) => {
    using file = await Deno.open(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    return await readBytes(file, path, length);
  },
  identity: async (path) => {
    const { dev, ino, size, mtime } = await Deno.stat(path);
    return [path, dev, ino, size, mtime?.getTime()].join("|");
  },
};

/** Reads the next bytes of a file into a buffer of their size; Deno.readFile takes twice as much for a moment. */
async function readBytes(file: Deno.FsFile, path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at, at + CHUNK));
    if (read === null) throw new Deno.errors.UnexpectedEof(`${path} became shorter while it was read`);
    at += read;
  }
  return bytes;
}
