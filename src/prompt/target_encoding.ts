import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { ReadingCard } from "../model/card.ts";
import type { Encoded, TemplateEncoder } from "./encoding.ts";
import type { Texts } from "./stretch.ts";

/** A text in its template and an answer to it. */
interface WithTarget extends Omit<Encoded, "answerRow"> {
  /** The tokens of the answer, its end token among them. */
  readonly targetIds: readonly number[];
  /** The number of the answer's tokens that did not fit, at its end. */
  readonly targetTruncated: number;
}

/** For a causal or a masked model: `targetRows[i]` is the row whose logits predict `targetIds[i]`. */
export interface RowsEncoded extends WithTarget {
  readonly kind: "rows";
  readonly targetRows: readonly number[];
}

/** For an encoder-decoder: `decoderIds` is what its decoder reads, the start token and all tokens of the answer but the last. */
export interface DecoderEncoded extends WithTarget {
  readonly kind: "decoder";
  readonly decoderIds: readonly number[];
}

/** A text in its template and an answer to it, as the compiled graphs take them. */
export type TargetEncoded = RowsEncoded | DecoderEncoded;

/** The same with the index of its class; 0 where there are no classes. */
export type LabelledTarget = TargetEncoded & { readonly label: number };

/** Puts texts into a template, and answers to them after it. */
export interface TargetEncoder {
  /** What reads the template. */
  readonly encoder: TemplateEncoder;
  /** A text alone, as it is with any answer that is not longer than what has room. */
  input(texts: Texts): Encoded;
  /** The tokens of an answer to a text, whether they fit or not, its end token among them. */
  targetTokens(texts: Texts, target: string): readonly number[];
  /**
   * A text and an answer. The text is truncated so that the answer fits; an answer that leaves no room for the text is cut at its end,
   * and has no end token then, as it does not end there.
   *
   * @throws {InputError} where the answer has no tokens, or one that the model cannot answer
   */
  encode(texts: Texts, target: string): TargetEncoded;
}

/** What answers depend on. */
export interface TargetModel {
  readonly tokenizer: Tokenizer;
  readonly card: ReadingCard;
  /** The token that ends an answer; `undefined`: answers have no end. */
  readonly end: number | undefined;
}

/** The tokens of an answer with its end token, if there is one. */
export function ended(ids: readonly number[], end: number | undefined): readonly number[] {
  return end === undefined ? ids : [...ids, end];
}

/**
 * Checks that a model can answer with tokens.
 *
 * @throws {InputError} where there are none, or one for which the model has no logits
 */
export function answerable(ids: readonly number[], target: string, tokenizer: Tokenizer): readonly number[] {
  if (ids.length === 0) {
    throw new InputError(message`the model's tokenizer has no tokens for the answer '${ofFile(target)}'`);
  }
  const { words } = tokenizer.model;
  const strange = ids.find((id) => id >= words);
  if (strange === undefined) return ids;
  throw new InputError(
    message`the answer '${ofFile(target)}' has the token '${
      ofFile(tokenizer.tokenOf(strange))
    }' with the id ${strange}, but the model has logits for ${words} tokens: leave it out, or use the tokenizer that belongs to the model`,
  );
}
