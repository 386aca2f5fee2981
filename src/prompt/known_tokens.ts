import { InputError, KeyError } from "../experiment/errors.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { Encoded } from "./encoding.ts";
import type { Verbalizer } from "./verbalizer.ts";

/** Why a tokenizer has tokens that its model does not know, and what to do. */
const WAY_OUT =
  "take the tokenizer that belongs to the model, or export the model again with the tokens that were added";

/**
 * Sees to it that a model can read a text: that each token has a row in its table of word embeddings.
 *
 * @param rows of the table
 * @param name how a person finds the text
 * @throws {InputError} naming the first token that has none
 */
export function checkTokens(
  { ids }: Pick<Encoded, "ids">,
  rows: number,
  tokenizer: Tokenizer,
  name: () => string,
): void {
  const unknown = ids.find((id) => id >= rows);
  if (unknown === undefined) return;
  throw new InputError(
    `${name()} in its template has the token '${
      tokenizer.tokenOf(unknown)
    }' (${unknown}), and the model knows those from 0 to ${rows - 1}: ${WAY_OUT}`,
  );
}

/**
 * Sees to it that a model can answer with each word of a verbalizer.
 *
 * @param words how many words its logits are over
 * @param written the words as the experiment has them
 * @throws {KeyError} naming each that has a token without a logit
 */
export function checkVerbalizer(
  { classes, tokens }: Verbalizer,
  words: number,
  tokenizer: Tokenizer,
  written: Readonly<Record<string, readonly string[]>>,
): void {
  const wrong = classes.flatMap((name, c) =>
    tokens[c]!.flatMap((ids, i) =>
      ids.filter((id) => id >= words).map((id) => ({
        path: ["verbalizer", name, i],
        message: `'${written[name]![i]}' of the class '${name}' has the token '${
          tokenizer.tokenOf(id)
        }' (${id}), and the model answers with those from 0 to ${
          words - 1
        }: choose another word, or ${WAY_OUT}`,
      }))
    )
  );
  if (wrong.length > 0) throw new KeyError(wrong);
}
