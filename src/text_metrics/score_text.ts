import { fMeasure, lcs } from "js-rouge";
import { haveSameWords } from "./exact_match.ts";
import { rougeWords, squadWords } from "./words.ts";

/** How well a text answers, by each metric: from 0 to 1. The names are those of `metrics.json`. */
export interface TextScore {
  /** 1 where the normalized words are equal, else 0. */
  readonly exact_match: 0 | 1;
  /** The F1 of the words as bags. */
  readonly token_f1: number;
  /** The F1 (beta 1) of the longest common subsequence of words, over the whole text (Lin 2004, sentence level). */
  readonly rouge_l: number;
}

/**
 * Scores a text against one or several correct answers, by each metric against the best of them. Words are compared after SQuAD's
 * normalization ({@linkcode squadWords}), for ROUGE-L as ROUGE has them ({@linkcode rougeWords}); in scripts without blanks, characters.
 * A text without any word equals another such, and has nothing in common with others, as in SQuAD 2.0.
 *
 * @throws {RangeError} where there is no correct answer
 */
export function scoreText(prediction: string, references: readonly string[]): TextScore {
  if (references.length === 0) throw new RangeError("there is no correct answer to compare a text with");
  const words = { squad: squadWords(prediction), rouge: rougeWords(prediction) };
  const answers = references.map((text) => ({ squad: squadWords(text), rouge: rougeWords(text) }));
  return {
    exact_match: answers.some(({ squad }) => haveSameWords(words.squad, squad)) ? 1 : 0,
    token_f1: Math.max(...answers.map(({ squad }) => f1(words.squad, squad, inCommon))),
    rouge_l: Math.max(...answers.map(({ rouge }) => f1(words.rouge, rouge, inOrder))),
  };
}

/** The F1 of the words that a text has in common with a correct answer. */
function f1(
  text: readonly string[],
  answer: readonly string[],
  matches: (a: readonly string[], b: readonly string[]) => number,
): number {
  if (text.length === 0 || answer.length === 0) return text.length === answer.length ? 1 : 0;
  const common = matches(text, answer);
  return fMeasure(common / text.length, common / answer.length);
}

/** The number of words in common, in any order. */
function inCommon(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of b) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of a) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return common;
}

/** The number of words in common, in this order. */
function inOrder(a: readonly string[], b: readonly string[]): number {
  return lcs([...a], [...b]).length;
}
