import { float32Tensor, int64Tensor, type Tensor } from "../device/device.ts";
import { KeyError } from "../experiment/errors.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** The words that stand for each class, as tokens: a class's logit is the mean of its words' logits. */
export interface Verbalizer {
  readonly classes: readonly string[];
  /** The token of each word, class by class. */
  readonly tokens: readonly (readonly number[])[];
}

/**
 * Looks up the verbalizer's words. Each must be one token, as the language model predicts one token at the answer position.
 *
 * @throws {KeyError} naming every word that the tokenizer splits or does not know, and its pieces
 */
export function readVerbalizer(
  words: Readonly<Record<string, readonly string[]>>,
  tokenizer: Tokenizer,
): Verbalizer {
  const wrong: { path: (string | number)[]; message: string }[] = [];
  const tokens = Object.entries(words).map(([name, list]) =>
    list.map((word, i) => {
      const ids = tokenizer.encode(word), [id] = ids;
      if (ids.length !== 1 || id === undefined || tokenizer.isUnknown(id)) {
        const pieces = tokenizer.pieces(word).join(" ") || "nothing";
        wrong.push({
          path: ["verbalizer", name, i],
          message:
            `the tokenizer splits '${word}' of the class '${name}' into ${pieces}: a verbalizer word must be one token of the model's vocabulary, choose another`,
        });
      }
      return id ?? 0;
    })
  );
  if (wrong.length > 0) throw new KeyError(wrong);
  return { classes: Object.keys(words), tokens };
}

/** The verbalizer as inputs of a compiled graph: `label_tokens` int64 and `label_weights` float32, [classes, words]. */
export function verbalizerFeeds(
  { tokens }: Pick<Verbalizer, "tokens">,
): { label_tokens: Tensor; label_weights: Tensor } {
  const words = Math.max(...tokens.map((list) => list.length));
  const dims = [tokens.length, words];
  const places = Array.from({ length: words }, (_, i) => i);
  return {
    label_tokens: int64Tensor(tokens.flatMap((list) => places.map((i) => list[i] ?? 0)), dims),
    label_weights: float32Tensor(
      Float32Array.from(tokens.flatMap((list) => places.map((i) => i < list.length ? 1 / list.length : 0))),
      dims,
    ),
  };
}
