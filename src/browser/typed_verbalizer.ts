import type { MultiTokenWords } from "../experiment/types.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import type { ClassWords } from "./class_words.ts";
import { PageError } from "./page_error.ts";

/**
 * Looks up the words of classes, as runs do.
 *
 * @throws {PageError} naming a word that the model cannot answer with
 * @throws {ConfigValueError} where words are wrong in another way
 */
export function typedVerbalizer(
  words: ClassWords,
  tokenizer: Tokenizer,
  multiTokenWords: MultiTokenWords,
): Verbalizer {
  const isToken = (word: string) => tokenizer.knows(word) && tokenizer.encode(word).length === 1;
  for (const [name, list] of Object.entries(words)) {
    for (const word of list) {
      if (isToken(word) || multiTokenWords !== "error" && tokenizer.knows(word)) continue;
      const other = [` ${word}`, word.trim()].find((spelling) => spelling !== word && isToken(spelling));
      const pieces = tokenizer.pieces(word).join(" ");
      throw new PageError({
        en:
          `'${word}', a word of '${name}', is no token of the model's vocabulary (its pieces are ${pieces}): ${
            other === undefined ? "choose another word" : `write ${JSON.stringify(other)}, with its quotes`
          }`,
        zh: `类别“${name}”的词“${word}”不是模型词表中的单个词（会被切分为 ${pieces}）：${
          other === undefined ? "请换一个词" : `请连同引号写成 ${JSON.stringify(other)}`
        }`,
      });
    }
  }
  return readVerbalizer(words, tokenizer, multiTokenWords);
}
