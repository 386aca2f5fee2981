import { lcs } from "js-rouge";
import { UNSPACED_CHARACTER } from "../base/unspaced.ts";

/** A piece of a text, and whether the other text lacks it. */
export interface MarkedPiece {
  readonly text: string;
  readonly differs: boolean;
}

/** Two texts in pieces that make them up. */
export interface MarkedTexts {
  readonly a: readonly MarkedPiece[];
  readonly b: readonly MarkedPiece[];
}

/** A character of a word in a script with blanks. */
const letter = (kinds: string) => String.raw`(?:(?!${UNSPACED_CHARACTER})[${kinds}])`;

/** The pattern of pieces, once it is used: to make it takes tens of milliseconds. */
let made: RegExp | undefined;

/** Blanks; characters of scripts without blanks; words; and whatever else, such as a sign or an emoji, one by one. */
function piecePattern(): RegExp {
  return made ??= new RegExp(
    [
      String.raw`\s+`,
      UNSPACED_CHARACTER,
      `${letter(String.raw`\p{L}\p{N}`)}${letter(String.raw`\p{L}\p{M}\p{N}`)}*`,
      String.raw`\p{RGI_Emoji}`,
      String.raw`[^]\p{M}*`,
    ].join("|"),
    "gv",
  );
}

/**
 * Marks the words by which two texts differ: those outside a longest common subsequence; of scripts without blanks, characters. Blanks
 * are not compared, and are marked between marked words.
 */
export function markDifferences(a: string, b: string): MarkedTexts {
  const [left, second] = [a.match(piecePattern()) ?? [], b.match(piecePattern()) ?? []];
  const [wordsA, wordsB] = [left.filter(isWord), second.filter(isWord)];
  const common = commonWords(wordsA, wordsB);
  return { a: marked(left, common), b: marked(second, common) };
}

function isWord(piece: string): boolean {
  return piece.trim() !== "";
}

/** A longest common subsequence. Of several, it is one with all that the beginnings and the ends have in common. */
function commonWords(a: readonly string[], b: readonly string[]): CommonWords {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end, middle: lcs(a.slice(start, a.length - end), b.slice(start, b.length - end)) };
}

/** What two lists of words have in common. */
interface CommonWords {
  /** The numbers of words at the start and at the end. */
  readonly start: number;
  readonly end: number;
  /** The words in between, in their order. */
  readonly middle: readonly string[];
}

/** The pieces of one text, neighbours of the same kind joined. */
function marked(pieces: readonly string[], common: CommonWords): MarkedPiece[] {
  const differing = differingWords(pieces.filter(isWord), common);
  const joined: { text: string; differs: boolean }[] = [];
  let word = 0;
  for (const text of pieces) {
    const differs = isWord(text)
      ? differing[word++] === true
      : differing[word - 1] === true && differing[word] === true;
    const last = joined.at(-1);
    if (last?.differs === differs) last.text += text;
    else joined.push({ text, differs });
  }
  return joined;
}

/** Whether each word of a text is outside what it has in common with another. */
function differingWords(words: readonly string[], { start, end, middle }: CommonWords): boolean[] {
  let matched = 0;
  return words.map((word, i) => {
    if (i < start || i >= words.length - end) return false;
    if (word !== middle[matched]) return true;
    matched++;
    return false;
  });
}
