import { createHash } from "node:crypto";
import { checkFile, STREAM_LIMIT } from "./read_limited.ts";

/** The number of bytes per read. */
export const PIECE = 1 << 20;

/** The SHA-256 of a file, in hexadecimal, read piece by piece. @throws {InputError} where it is too large, or no regular file */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of piecesOf(path)) hash.update(piece);
  return hash.digest("hex");
}

/** A file's bytes, piece by piece; each piece is overwritten by the next. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  await checkFile(path, STREAM_LIMIT);
  using file = await Deno.open(path);
  const piece = new Uint8Array(PIECE);
  for (let read = await file.read(piece); read !== null; read = await file.read(piece)) {
    yield piece.subarray(0, read);
  }
}
