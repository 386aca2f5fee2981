import { InputError } from "../base/errors.ts";
import { applyTokenRules, type TokenRules } from "./token_rules.ts";

/** How texts are generated, whichever way tokens are chosen. */
export interface Decoding {
  /** The largest number of tokens of a text, its end token among them. */
  readonly maxTokens: number;
  /** The tokens that end a text. */
  readonly endIds: readonly number[];
  /** The texts that end a text, which stops before them; none is empty. */
  readonly stop: readonly string[];
  /** The token that the model's configuration wants first (`forced_bos_token_id`). */
  readonly forcedFirstId?: number;
  /** The tokens of which it wants one where a text reaches its largest length (`forced_eos_token_id`). */
  readonly forcedLastIds?: readonly number[];
  /** What else it asks of tokens. */
  readonly rules?: TokenRules;
  /** What an encoder-decoder's decoder starts with; the rules on repetition count it. */
  readonly startIds?: readonly number[];
  /** How beams of several lengths are compared. */
  readonly beamRules?: BeamRules;
  /** The text of tokens; end tokens are not among them. */
  readonly decode: (ids: readonly number[]) => string;
  /** Receives texts as they grow. */
  readonly onPiece?: (piece: TextPiece) => void;
  readonly signal?: AbortSignal;
}

/** What a model's configuration asks of beam search. */
export interface BeamRules {
  /** The power of a text's length by which its log-probability is divided (`length_penalty`). */
  readonly lengthPenalty: number;
  /** Whether a search ends with as many finished texts as beams, or only where nothing longer can be better (`early_stopping`). */
  readonly earlyStopping: boolean | "never";
}

/** What a text has grown by. The pieces of a text make it up. */
export interface TextPiece {
  /** The index of the text that is continued. */
  readonly row: number;
  /** The tokens that were chosen. */
  readonly ids: readonly number[];
  /** The natural logarithms of their probabilities, each after those before; 0 for tokens that are forced. */
  readonly logProbabilities: readonly number[];
  /** What is certain now of the text, and was not before: empty where it depends on later tokens. */
  readonly text: string;
  /** Whether it is the last piece of its text. */
  readonly isLast: boolean;
}

/** Why a text ended. */
export type EndedBy = "end token" | "stop string" | "length";

/** A text that was generated. */
export interface GeneratedText {
  /** Its tokens, as transformers' `generate` has them, without padding: an end token, and the tokens of a stop string, are among them. */
  readonly ids: readonly number[];
  /** Its text, without end token and stop string. */
  readonly text: string;
  readonly endedBy: EndedBy;
}

/** A model's logits are not numbers, so that no token is the most probable. */
export class BrokenLogits extends RangeError {
  override readonly name = "BrokenLogits";

  /** @param row the index of the text that is continued @param tokens the number of tokens before */
  constructor(readonly row: number, readonly tokens: number) {
    super(`the logits of token ${tokens + 1} after text ${row + 1} are not numbers`);
  }
}

/** The error where rules forbid every token. @param row the index of the text that is continued */
export function allForbidden(row: number): InputError {
  return new InputError(
    `the rules in the model's generation_config.json, or without one config.json, forbid every token after text ${
      row + 1
    }: remove 'suppress_tokens', 'begin_suppress_tokens' or 'bad_words_ids'`,
  );
}

/** @throws {RangeError} where numbers or stop strings are not what they must be */
export function checkDecoding({ maxTokens, stop }: Decoding): void {
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new RangeError(`the largest number of tokens must be a whole number from 1 (${maxTokens})`);
  }
  if (stop.includes("")) throw new RangeError("an empty stop string would end every text before its start");
}

/** Why a text ends with these tokens; `undefined` where it goes on. */
export function endOf(
  ids: readonly number[],
  { endIds, stop, maxTokens, decode }: Decoding,
): EndedBy | undefined {
  const last = ids.at(-1);
  if (last !== undefined && endIds.includes(last)) return "end token";
  if (stop.length > 0 && stopAt(decode(ids), stop) >= 0) return "stop string";
  return ids.length >= maxTokens ? "length" : undefined;
}

/** A text that has ended. */
export function finishedText(
  ids: readonly number[],
  endedBy: EndedBy,
  { decode, stop }: Decoding,
): GeneratedText {
  const text = decode(endedBy === "end token" ? ids.slice(0, -1) : ids);
  const at = stopAt(text, stop);
  return { ids, text: at < 0 ? text : text.slice(0, at), endedBy };
}

/** The tokens of which the next must be one; `undefined` where it may be any. @param tokens the number of tokens before */
export function forcedIds(
  tokens: number,
  { maxTokens, forcedFirstId, forcedLastIds }: Decoding,
): readonly number[] | undefined {
  if (tokens === maxTokens - 1 && forcedLastIds !== undefined) return forcedLastIds;
  return tokens === 0 && forcedFirstId !== undefined ? [forcedFirstId] : undefined;
}

/**
 * The scores of a text's next token as the rules want them.
 *
 * @param scores [vocabulary]; they stay as they are
 */
export function ruledScores(
  scores: Float32Array,
  text: number,
  ids: readonly number[],
  { rules, startIds = [], endIds, forcedFirstId }: Decoding,
): Float32Array {
  if (rules === undefined) return scores;
  const ruled = scores.slice();
  applyTokenRules(ruled, rules, { text, ids, startIds, endIds, isForced: forcedFirstId !== undefined });
  return ruled;
}

/** Where the first stop string begins; -1 where there is none. */
function stopAt(text: string, stop: readonly string[]): number {
  const found = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}
