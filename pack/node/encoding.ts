/** Bytes as texts, by Node: what the project uses of `@std/encoding`. */
import { Buffer } from "node:buffer";

/** Bytes in hexadecimal. */
export function encodeHex(bytes: Uint8Array | ArrayBuffer): string {
  return Buffer.from(new Uint8Array(bytes)).toString("hex");
}

/** Bytes in base64. */
export function encodeBase64(bytes: Uint8Array | ArrayBuffer): string {
  return Buffer.from(new Uint8Array(bytes)).toString("base64");
}

/** The bytes of a text in base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}
