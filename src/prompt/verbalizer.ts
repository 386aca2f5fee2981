import { float32Tensor, int64Tensor, type Tensor } from "../device/device.ts";
import { ConfigValueError } from "../base/errors.ts";
import { type Message, message, ofFile } from "../base/message.ts";
import type { MultiTokenWords } from "../experiment/types.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** The tokens of each word of each class. */
export type WordTokens = readonly (readonly (readonly number[])[])[];

/** The words that stand for each class, as tokens: a class's logit is the mean of its words', a word's that of its tokens'. */
export interface Verbalizer {
  readonly classes: readonly string[];
  readonly tokens: WordTokens;
}

/**
 * Looks up the verbalizer's words. A language model predicts one token at the answer position, so that each word should be
 * one.
 *
 * @param multiTokenWords the treatment of words of several tokens: an error, their first token alone, or the mean of
 * their tokens' logits
 * @throws {ConfigValueError} naming every word that the tokenizer splits or does not know, its pieces, and spellings that are one
 * token; words whose token the model cannot answer; or words of two classes that are the same token
 */
export function readVerbalizer(
  words: Readonly<Record<string, readonly string[]>>,
  tokenizer: Tokenizer,
  multiTokenWords: MultiTokenWords,
): Verbalizer {
  const wrong: { path: (string | number)[]; message: Message }[] = [];
  const owners = new Map<number, string>();
  const tokens = Object.entries(words).map(([name, list]) =>
    list.map((word, i) => {
      const violation = (what: Message) => wrong.push({ path: ["verbalizer", name, i], message: what });
      const ids = tokenizer.encode(word);
      const known = ids.length > 0 && tokenizer.knows(word);
      if (!known || ids.length > 1 && multiTokenWords === "error") {
        violation(splitMessage(word, name, known, tokenizer));
      }
      const kept = multiTokenWords === "firstToken" ? ids.slice(0, 1) : ids;
      const strange = kept.find((id) => id >= tokenizer.model.words);
      if (strange !== undefined) {
        violation(
          message`'${word}' of the class '${name}' has the token '${
            ofFile(tokenizer.tokenOf(strange))
          }' with the id ${strange}, but the model has logits for ${tokenizer.model.words} tokens: choose another, or use the tokenizer that belongs to the model`,
        );
      }
      const owner = owners.get(kept[0]!);
      if (kept.length === 1 && owner !== undefined && owner !== name) {
        violation(
          message`'${word}' of the class '${name}' is the token '${
            ofFile(tokenizer.tokenOf(kept[0]!))
          }', like a word of '${owner}': choose another`,
        );
      }
      if (kept.length === 1) owners.set(kept[0]!, name);
      return kept;
    })
  );
  if (wrong.length > 0) throw new ConfigValueError(wrong);
  return { classes: Object.keys(words), tokens };
}

function splitMessage(word: string, name: string, known: boolean, tokenizer: Tokenizer): Message {
  const pieces = tokenizer.pieces(word).join(" ") || "nothing";
  const whole = wholeSpellings(word, tokenizer);
  return message`the tokenizer splits '${word}' of the class '${name}' into ${
    ofFile(pieces)
  }: a verbalizer word must be one token of the model's vocabulary, ${
    whole.length > 0 ? `as ${whole.join(" and ")} ${whole.length > 1 ? "are" : "is"}` : "choose another"
  }${known ? ", or set 'multiTokenWords' to firstToken or mean" : ""}`;
}

/** Other spellings of a word that are one token: within a text, or in another case. */
function wholeSpellings(word: string, tokenizer: Tokenizer): string[] {
  const bare = word.trim();
  const lower = bare.toLowerCase();
  const capital = `${lower.slice(0, 1).toUpperCase()}${lower.slice(1)}`;
  const spellings = [bare, lower, capital].flatMap((one) => [one, ` ${one}`]).filter((one) => one !== word);
  return [...new Set(spellings)]
    .filter((one) => tokenizer.knows(one) && tokenizer.encode(one).length === 1)
    .map((one) => `'${one}'`);
}

/**
 * The verbalizer as inputs of a compiled graph: `label_tokens` int64 and `label_weights` float32, [classes, words]. Unused
 * places hold a word of the class with weight 0: the logit of another could be infinite, and 0 times infinity is NaN.
 */
export function verbalizerFeeds(
  { tokens }: Pick<Verbalizer, "tokens">,
): { label_tokens: Tensor; label_weights: Tensor } {
  const classes = tokens.map((words) =>
    words.flatMap((word) => word.map((id) => ({ id, weight: 1 / (words.length * word.length) })))
  );
  const most = classes.reduce((most, { length }) => Math.max(most, length), 0);
  const places = Array.from({ length: most }, (_, i) => i);
  const dims = [tokens.length, places.length];
  return {
    label_tokens: int64Tensor(classes.flatMap((list) => places.map((i) => (list[i] ?? list[0]!).id)), dims),
    label_weights: float32Tensor(
      Float32Array.from(classes.flatMap((list) => places.map((i) => list[i]?.weight ?? 0))),
      dims,
    ),
  };
}
