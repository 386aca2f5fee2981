import { UNSPACED_CHARACTER } from "../base/unspaced.ts";

/** Blanks between words; the zero-width one is used in scripts that have no other. */
const BLANK = String.raw`\s\u200b`;

const WORD = new RegExp(`${UNSPACED_CHARACTER}|(?:(?!${UNSPACED_CHARACTER})[^${BLANK}])+`, "gv");

/**
 * The words between blanks; those of scripts without blanks are split into characters, and what stands between such characters, as
 * the number in `2008年`, is a word (the mixed segmentation of CMRC 2018 and MLQA, for all such scripts).
 */
function segmented(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/**
 * A text without differences that are not seen or do not matter: in Unicode's compatibility form NFKC (one form of accents and of wide and
 * narrow characters), in lower case, without marks of the direction of writing.
 */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\p{Bidi_Control}/gu, "");
}

/** Unicode's punctuation, and what else Python's `string.punctuation` has. */
const PUNCTUATION = /[\p{P}$+<=>^`|~]/gu;

const ARTICLE = /(?<![\p{L}\p{M}\p{N}])(?:a|an|the)(?![\p{L}\p{M}\p{N}])/gu;

/**
 * The words of a text after SQuAD's normalization (Rajpurkar et al. 2016): lower case, without punctuation and English articles. For ASCII
 * they are those of SQuAD's script. Beyond ASCII all of Unicode's punctuation is left out, as in MLQA (Lewis et al. 2020).
 * Of a text that has nothing else, so that it is not equal to no answer, articles are kept, as those of `A` and `(A).`, and where it has
 * none, such as `+`, punctuation.
 */
export function squadWords(text: string): readonly string[] {
  const plain = folded(text);
  const unpunctuated = plain.replaceAll(PUNCTUATION, "");
  const kept = [unpunctuated.replaceAll(ARTICLE, " "), unpunctuated].map(segmented);
  return kept.find(({ length }) => length > 0) ?? segmented(plain);
}

/**
 * The words of a text as ROUGE has them: runs of letters and digits in lower case. For ASCII they are those of Google's `rouge_score`
 * without its stemmer. Of a text without any, such as an emoji, the words are kept as they are.
 */
export function rougeWords(text: string): readonly string[] {
  const plain = folded(text);
  const words = segmented(plain.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " "));
  return words.length > 0 ? words : segmented(plain);
}
