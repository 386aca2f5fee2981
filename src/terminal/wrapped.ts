import { displayWidth, isPlain } from "./display_width.ts";

/** What finds the characters of texts that are not plain, once there is one: to make it takes ten milliseconds. */
let segmenter: Intl.Segmenter | undefined;

/** The characters of a text, as they are shown: each with its marks. */
function* graphemes(text: string): Generator<string> {
  if (isPlain(text)) return yield* text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** Where a line may end before the text does: after blanks, and after what separates the parts of paths and names. */
const BREAKS = /[\s/,;]$/;

/**
 * A text in lines of at most some columns, by display width: a wide character takes two. Lines end after blanks, slashes and commas where
 * that is possible, else within a word.
 */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  let breakAt = 0;
  for (const segment of graphemes(text)) {
    const wide = displayWidth(segment);
    if (width + wide > columns && line !== "" && segment.trim() !== "") {
      const end = breakAt > 0 ? breakAt : line.length;
      lines.push(line.slice(0, end).trimEnd());
      line = line.slice(end);
      width = displayWidth(line);
      breakAt = 0;
    }
    line += segment;
    width += wide;
    if (BREAKS.test(segment)) breakAt = line.length;
  }
  return [...lines, line.trimEnd()];
}
