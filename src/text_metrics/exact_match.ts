import { squadWords } from "./words.ts";

/** Whether a text is an exact match of a correct answer: their words are equal after SQuAD's normalization ({@linkcode squadWords}). */
export function isExactMatch(prediction: string, reference: string): boolean {
  return haveSameWords(squadWords(prediction), squadWords(reference));
}

/** Whether two texts have the same words in the same order. */
export function haveSameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}
