import { visible } from "./visible.ts";

/** Characters that CommonMark and GitHub's tables, strikethrough and formulas read as more than text, within a line. */
const SPECIAL = /[\\`*_[\]<>&|~#$!]/g;

/**
 * Where GitHub makes a link of plain text, whatever is escaped: after the first part of an address, and within mentions of people and of
 * issues, which tell them (https://github.github.com/gfm/#autolinks-extension-). Where it makes a picture of a name between colons.
 */
const LINKED =
  /(?<=\b(?:https?|ftp):)(?=\/\/)|(?<=\bwww)(?=\.)|(?<=@)(?=[\p{L}\p{N}])|(?<=#|\bGH-)(?=\d)|(?<=:)(?=[\w+-]+:)/giu;

/** A space of no width, which is seen in the source. */
const NO_SPACE = "&#8203;";

/**
 * A text in a line of Markdown, such as a heading or a cell of a table, that is shown as itself: line breaks as spaces, as in a
 * paragraph (https://spec.commonmark.org/0.31.2/#backslash-escapes). Nothing in it becomes a link, a mention or a picture.
 */
export function markdownText(text: string): string {
  const line = visible(text.replaceAll(/\r\n|\r|\n/g, " "));
  return line.split(LINKED).map((part) => part.replaceAll(SPECIAL, "\\$&")).join(NO_SPACE);
}

/** A text as inline code: between more backticks than follow each other in it (https://spec.commonmark.org/0.31.2/#code-spans). */
export function markdownCode(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^`|`$|^ .*[^ ].* $/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A table of cells that are Markdown (https://github.github.com/gfm/#tables-extension-). */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)];
}
