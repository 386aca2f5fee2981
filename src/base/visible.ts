/** Control characters except tabs, line separators, and what sets the direction of the text after it (https://trojansource.codes). */
export const UNSAFE = /(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text as it may be shown in one line of a terminal, a page or a message: control characters, line breaks and overrides of the
 * direction of writing as escapes, `\n` or `\u001b`, which JSON reads as the same characters.
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** A text of several lines, as {@linkcode visible} shows each of them. */
export function visibleLines(text: string): string {
  return text.replace(UNSAFE, (character) => character === "\n" ? character : escaped(character));
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
