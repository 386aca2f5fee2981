import type { Template } from "../experiment/template.ts";

/** Characters of scripts that put no blanks between words, and their punctuation. */
const WITHOUT_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\u3000-\u303f\uff00-\uffef]/u;

/** White space, an opening bracket or quotation mark, which no blank follows. */
const NO_BLANK_AFTER = /[\s\p{Ps}\p{Pi}]$/u;

/**
 * A template without the blanks at its end, and these: they belong to the first token of the answer, as tokenizers put a blank and
 * the word after it into one token. A line break at the end stays.
 */
export function withoutLastBlanks(
  template: Template,
): { readonly template: Template; readonly blanks: string } {
  const last = template.at(-1);
  if (last?.kind !== "words") return { template, blanks: "" };
  const words = last.words.replace(/ +$/, "");
  const before = template.slice(0, -1);
  return {
    template: words === "" ? before : [...before, { ...last, words }],
    blanks: last.words.slice(words.length),
  };
}

/**
 * What stands between a template's end and an answer: the template's own blanks; where neither has white space, one blank, unless
 * one of the two characters that meet is of a script without blanks between words, or the first one opens brackets or quotes.
 */
export function leadOfTarget(before: string, blanks: string, target: string): string {
  if (/^\s/u.test(target)) return "";
  if (blanks !== "") return blanks;
  const [first = ""] = target;
  const last = [...before].at(-1) ?? "";
  return NO_BLANK_AFTER.test(last) || WITHOUT_BLANKS.test(last) || WITHOUT_BLANKS.test(first) ? "" : " ";
}
