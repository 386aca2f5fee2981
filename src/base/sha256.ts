import { createHash } from "node:crypto";
import { encodeHex } from "@std/encoding/hex";
import { jsonPieces } from "./json_pieces.ts";

/** The SHA-256 of some bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeHex(await crypto.subtle.digest("SHA-256", bytes));
}

/** Plain data with the SHA-256 of all the rest in `sha256`. */
export function withSha256<Data extends object>(data: Data): Data & { readonly sha256: string } {
  return { ...data, sha256: sha256OfJson(data) };
}

/**
 * What `withSha256` was given; data without a hash are returned as they are.
 *
 * @throws {RangeError} where they have changed since
 */
export function withoutSha256(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !("sha256" in data)) return data;
  const { sha256, ...rest } = data;
  if (sha256OfJson(rest) !== sha256) throw new RangeError("its content has changed since it was written");
  return rest;
}

/** The SHA-256 of plain data as `JSON.stringify` writes it, in hexadecimal; the whole text is never in memory. */
export function sha256OfJson(value: unknown): string {
  const hash = createHash("sha256");
  for (const piece of jsonPieces(value)) hash.update(piece);
  return hash.digest("hex");
}
