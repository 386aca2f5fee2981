import { isObject, type Json, objectsOf } from "./special_tokens.ts";

/** Steps that depend on Unicode tables. */
const BY_TABLE = /"(?:BertNormalizer|NFKC|NFKD|StripAccents|Lowercase|BertPreTokenizer|Punctuation|Digits)"/;

/**
 * Characters that Unicode has added or reclassified since the tables of Hugging Face's own tokenizers (0.23):
 * found by comparing every character below U+20000; for historic scripts beyond U+FFFF, whole blocks.
 */
const NEWER =
  /[\u061d\u07fd\u0890\u0891\u0897-\u089f\u08ca-\u08e2\u09fd\u09fe\u0a76\u0afa-\u0aff\u0b55\u0c04\u0c3c\u0c77\u0c84\u0cf3\u0d00\u0d3b\u0d3c\u0d81\u0eba\u0ece\u166d\u1715\u1734\u180f\u1885\u1886\u1abf-\u1ace\u1b4e\u1b4f\u1b7d-\u1b7f\u1cf2\u1cf3\u1cf7\u1df6-\u1dfb\u2e43-\u2e4f\u2e52-\u2e5d\u32ff\ua7ce\ua7d2\ua7d4\ua7f2-\ua7f4\ua82c\ua8c5\ua8ff\ua9bd\uab69\u{105c9}-\u{1cf46}\u{1e000}-\u{1e95f}\u{1f16c}\u{1fbf0}-\u{1fbf9}]/u;

/** Characters for which SentencePiece's table, used by T5, ALBERT and XLM-RoBERTa, is approximated. */
const APPROXIMATED = /[\u0344\u200d\ua7f1]/;

/**
 * Whether Hugging Face's own tokenizers treat a text differently from @huggingface/tokenizers: in its steps, and in
 * added tokens that count as whole words only.
 */
export function differsFromReference(
  { normalizer, pre_tokenizer, added_tokens }: Json,
): (text: string) => boolean {
  const steps = JSON.stringify([normalizer ?? null, pre_tokenizer ?? null]);
  const isPrecompiled = steps.includes('"Precompiled"');
  const isByTable = BY_TABLE.test(steps);
  const whole = objectsOf(added_tokens).filter(({ single_word }) => single_word === true)
    .map(({ content }) => String(content));
  return (text) =>
    isPrecompiled && APPROXIMATED.test(text) || isByTable && NEWER.test(text) ||
    whole.some((word) => text.includes(word));
}

/** Whether a Unigram model falls back to bytes for unknown words, which @huggingface/tokenizers does not. */
export function spellsInBytes({ model }: Json): boolean {
  return isObject(model) && !("merges" in model) && model.byte_fallback === true;
}
