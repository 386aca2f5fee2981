import { createHash } from "node:crypto";
import { piecesOf } from "./hash_file.ts";

/**
 * Copies a file, and returns when the copy is on the disk.
 *
 * @param to a path at which there is nothing
 * @returns the SHA-256 of what was copied, in hexadecimal
 * @throws {InputError} where it is too large, or no regular file
 */
export async function copyFile(from: string, to: string): Promise<string> {
  const hash = createHash("sha256");
  using copy = await Deno.open(to, { createNew: true, write: true });
  for await (const piece of piecesOf(from)) {
    hash.update(piece);
    for (let at = 0; at < piece.length;) at += await copy.write(piece.subarray(at));
  }
  await copy.sync();
  return hash.digest("hex");
}
