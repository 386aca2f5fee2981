import { createHash } from "node:crypto";
import { encodeHex } from "@std/encoding/hex";
import { jsonPieces } from "./json_pieces.ts";

/** The SHA-256 of some bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeHex(await crypto.subtle.digest("SHA-256", bytes));
}

/** The SHA-256 of plain data as `JSON.stringify` writes it, in hexadecimal; the whole text is never in memory. */
export function sha256OfJson(value: unknown): string {
  const hash = createHash("sha256");
  for (const piece of jsonPieces(value)) hash.update(piece);
  return hash.digest("hex");
}
