import { markDifferences, type MarkedPiece } from "../text_metrics/word_difference.ts";
import type { ChangedAnswer } from "./text_diff.ts";

/** Two answers, with the words by which they differ in [brackets]. */
export function bracketed(
  { a, b }: Pick<ChangedAnswer, "a" | "b">,
): { readonly a: string; readonly b: string } {
  const marked = markDifferences(a, b);
  return { a: pieces(marked.a), b: pieces(marked.b) };
}

function pieces(marked: readonly MarkedPiece[]): string {
  return marked.map(({ text, differs }) => differs ? `[${text}]` : text).join("");
}
