import { ConfigValueError, InputError } from "../base/errors.ts";
import { type Message, message, ofFile } from "../base/message.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** The texts that stand for each class. */
export interface ClassTexts {
  readonly classes: readonly string[];
  /** By class; the first of each is trained on. */
  readonly texts: readonly (readonly [string, ...readonly string[]])[];
  /** The number of tokens of the longest. */
  readonly longest: number;
}

/**
 * Looks up the texts that stand for classes.
 *
 * @param tokensOf the tokens of a text as an answer
 * @throws {ConfigValueError} naming every text with a part that the tokenizer does not know, with tokens that the model cannot answer,
 * or with the same tokens as a text of another class
 */
export function readClassTexts(
  verbalizer: Readonly<Record<string, readonly string[]>>,
  tokenizer: Tokenizer,
  tokensOf: (text: string) => readonly number[],
): ClassTexts {
  const wrong: { path: (string | number)[]; message: Message }[] = [];
  const owners = new Map<string, string>();
  let longest = 0;
  const texts = Object.entries(verbalizer).map(([name, list]): readonly [string, ...readonly string[]] => {
    for (const [i, text] of list.entries()) {
      const violation = (what: Message) => wrong.push({ path: ["verbalizer", name, i], message: what });
      if (!tokenizer.knows(text)) {
        violation(
          message`the model's tokenizer has no tokens for a part of '${text}' of the class '${name}' (${
            ofFile(tokenizer.pieces(text).join(" "))
          }): choose another text`,
        );
        continue;
      }
      try {
        const tokens = tokensOf(text);
        longest = Math.max(longest, tokens.length);
        const key = tokens.join();
        const owner = owners.get(key);
        owners.set(key, name);
        if (owner !== undefined && owner !== name) {
          violation(
            message`'${text}' of the class '${name}' has the same tokens as a text of '${owner}': choose another`,
          );
        }
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        violation(error.forms);
      }
    }
    const [first, ...others] = list;
    if (first === undefined) throw new RangeError(`the class '${name}' has no texts`);
    return [first, ...others];
  });
  if (wrong.length > 0) throw new ConfigValueError(wrong);
  return { classes: Object.keys(verbalizer), texts, longest };
}
