/** What a model's configuration asks of tokens, each as transformers' logits processor of its name does. */
export interface TokenRules {
  /** How much less probable tokens are that are there already (`repetition_penalty`); 1: not at all. */
  readonly repetitionPenalty?: number;
  /** No sequence of this many tokens comes twice (`no_repeat_ngram_size`). */
  readonly noRepeatNgramSize?: number;
  /** Sequences of tokens that do not come (`bad_words_ids`). */
  readonly badWords?: readonly (readonly number[])[];
  /** The least number of tokens before an end token, by the index of the text (`min_length`, `min_new_tokens`). */
  readonly minTokens?: (text: number) => number;
  /** Tokens that do not come (`suppress_tokens`) … */
  readonly suppressed?: readonly number[];
  /** … and those that do not come first, or after a forced first token (`begin_suppress_tokens`). */
  readonly suppressedFirst?: readonly number[];
}

/** A text that is continued. */
export interface RuledText {
  /** Its index. */
  readonly text: number;
  /** Its tokens so far. */
  readonly ids: readonly number[];
  /** What a decoder read before them, which counts as repeated, too. */
  readonly startIds: readonly number[];
  /** The tokens that end it. */
  readonly endIds: readonly number[];
  /** Whether its first token is forced. */
  readonly isForced: boolean;
}

/**
 * Changes the scores of a text's next token as the rules ask for, in transformers' order.
 *
 * @param scores logits, or log-probabilities in beam search, [vocabulary]; they are changed
 */
export function applyTokenRules(scores: Float32Array, rules: TokenRules, text: RuledText): void {
  const { startIds, ids, endIds, isForced } = text;
  const before = [...startIds, ...ids];
  const { repetitionPenalty = 1, noRepeatNgramSize = 0, badWords = [] } = rules;
  for (const id of new Set(before)) {
    if (id >= scores.length) continue;
    const score = scores[id]!;
    scores[id] = score < 0 ? score * repetitionPenalty : score / repetitionPenalty;
  }
  forbid(scores, repeated(before, noRepeatNgramSize));
  // A bad word that is an end token is none.
  const bad = badWords.filter((word) => word.length > 1 || !endIds.includes(word[0]!));
  forbid(scores, bad.flatMap((word) => endsWith(before, word.slice(0, -1)) ? word.slice(-1) : []));
  if (ids.length < (rules.minTokens?.(text.text) ?? 0)) forbid(scores, endIds);
  forbid(scores, rules.suppressed ?? []);
  if (ids.length === Number(isForced)) forbid(scores, rules.suppressedFirst ?? []);
}

/** The tokens that would make the last `size` tokens come a second time. */
function repeated(before: readonly number[], size: number): number[] {
  if (size < 1 || before.length < size) return [];
  const start = before.slice(before.length + 1 - size);
  const found: number[] = [];
  for (let at = 0; at + size <= before.length; at++) {
    if (start.every((id, i) => id === before[at + i])) found.push(before[at + size - 1]!);
  }
  return found;
}

function endsWith(before: readonly number[], last: readonly number[]): boolean {
  const from = before.length - last.length;
  return from >= 0 && last.every((id, i) => id === before[from + i]);
}

function forbid(scores: Float32Array, ids: readonly number[]): void {
  for (const id of ids) if (id < scores.length) scores[id] = -Infinity;
}
