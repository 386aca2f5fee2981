import defer * as library from "string-width";

/** Texts whose characters are a column wide each: printable ASCII, and what the program's own tables have besides. */
const PLAIN = /^[ -~–±…]*$/;

/**
 * Whether each character of a text is a column wide. Most texts are such, and to load what measures the others takes tens of milliseconds.
 */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** The columns of a terminal that a text takes; styles take none. */
export function displayWidth(text: string): number {
  return isPlain(text) ? text.length : library.default(text);
}
