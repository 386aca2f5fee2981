import { fnv1a } from "./fnv.ts";

/** Names that Windows keeps for devices, with any extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Names of unfinished results end so; no finished one's may. */
const UNFINISHED = /\.(?:partial)?$/;

/**
 * A text as a part of a file's name, safe on every file system and in addresses and shells: of letters, digits and `._+-`. Where it is
 * not the text itself, it ends in the text's hash.
 *
 * @param most the largest length of the text's own part, in characters, of which each is at most 4 bytes of UTF-8
 */
export function fileNamePart(text: string, most: number): string {
  const plain = text.replace(/[^\p{L}\p{N}._+-]+/gu, "_").replace(/^_+|_+$/g, "");
  const short = [...plain].slice(0, most).join("");
  const isSafe = short === text && !/^\.*$/.test(short) && !UNFINISHED.test(short) && !RESERVED.test(short);
  return isSafe ? short : `${short}~${shortHash(text)}`;
}

/**
 * A name, cut to a length and then ended by its hash where it is longer: file systems limit names to 255 bytes.
 *
 * @param mostBytes the largest length of what is left of it, in bytes of UTF-8
 */
export function shortened(name: string, mostBytes: number): string {
  const short = cutToBytes(name, mostBytes);
  // Of thousands of names that start alike, no two may end alike.
  return short === name ? name : `${short}~${hash(name)}${hash(`~${name}`)}`;
}

/** A name folded as file systems do that ignore case or Unicode normalization: `ẞ`, `ß`, `SS` and `ſs` are the same. */
export function foldedName(name: string): string {
  return name.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC");
}

/** The whole characters that fit into a number of bytes of UTF-8. */
function cutToBytes(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return text;
  // With `stream`, an incomplete character at the end is left out.
  return new TextDecoder().decode(bytes.subarray(0, most), { stream: true });
}

/** A hash of six digits, enough to distinguish a sweep's values. */
function shortHash(text: string): string {
  return hash(text).slice(0, 6);
}

/** A hash of eight digits. */
function hash(text: string): string {
  return fnv1a(text).toString(16).padStart(8, "0");
}
