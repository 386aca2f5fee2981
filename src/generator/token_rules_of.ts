import type { TokenRules } from "../generation/token_rules.ts";
import type { GenerationRules } from "../model/generation_rules.ts";
import type { TextBatch } from "./begin.ts";

/** What a model's files ask of the tokens of some texts; `undefined`: nothing. */
export function tokenRulesOf(
  { repetitionPenalty = 1, noRepeatNgramSize = 0, badWords = [], ...rules }: GenerationRules,
  { texts, startIds }: Pick<TextBatch, "texts" | "startIds">,
): TokenRules | undefined {
  const { minLength = 0, minNewTokens, suppressed = [], suppressedFirst = [] } = rules;
  const leastOf = (text: number) => minNewTokens ?? minLength - (startIds.length || texts[text]!.ids.length);
  const asked = repetitionPenalty !== 1 || noRepeatNgramSize > 0 || badWords.length > 0 ||
    suppressed.length > 0 || suppressedFirst.length > 0 || texts.some((_, text) => leastOf(text) > 0);
  if (!asked) return undefined;
  return { repetitionPenalty, noRepeatNgramSize, badWords, minTokens: leastOf, suppressed, suppressedFirst };
}
