import type { MarkedPiece } from "../text_metrics/word_difference.ts";
import { Html, htmlOf, together } from "./html.ts";

/** A text in pieces, of which those that another text lacks are marked. */
export function markedText(pieces: readonly MarkedPiece[]): Html {
  return together(
    ...pieces.map(({ text, differs }) => differs ? new Html(`<mark>${htmlOf(text)}</mark>`) : text),
  );
}
