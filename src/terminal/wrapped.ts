import stringWidth from "string-width";

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

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
  for (const { segment } of GRAPHEMES.segment(text)) {
    const wide = stringWidth(segment);
    if (width + wide > columns && line !== "" && segment.trim() !== "") {
      const end = breakAt > 0 ? breakAt : line.length;
      lines.push(line.slice(0, end).trimEnd());
      line = line.slice(end);
      width = stringWidth(line);
      breakAt = 0;
    }
    line += segment;
    width += wide;
    if (BREAKS.test(segment)) breakAt = line.length;
  }
  return [...lines, line.trimEnd()];
}
