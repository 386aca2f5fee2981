import type { TargetEncoded } from "./target_encoding.ts";

/** The tokens of one of several answers within a target. */
export interface AnswerSpan {
  /** The answer's index. */
  readonly answer: number;
  readonly from: number;
  readonly to: number;
}

/** A text with one or several answers to it, which a model scores at once. */
export interface AnswerRow {
  readonly target: TargetEncoded;
  readonly spans: readonly AnswerSpan[];
}

/** The largest number of tokens of answers in a row: logits of the whole vocabulary are computed for each. */
const MOST_TOKENS = 32;

/**
 * The rows that score several answers to a text. Answers for which the model reads the same tokens, as a masked model does whatever
 * stands in the masks' places, share a row.
 *
 * @param encodings of the text with each answer
 */
export function answerRows(encodings: readonly TargetEncoded[]): AnswerRow[] {
  const rows: AnswerRow[] = [];
  const open = new Map<string, number>();
  for (const [answer, encoded] of encodings.entries()) {
    const key = encoded.kind === "rows" ? encoded.ids.join() : undefined;
    const at = key === undefined ? undefined : open.get(key);
    const joined = at === undefined ? undefined : withAnswer(rows[at], encoded, answer);
    if (at !== undefined && joined !== undefined) rows[at] = joined;
    else {
      if (key !== undefined) open.set(key, rows.length);
      rows.push({ target: encoded, spans: [{ answer, from: 0, to: encoded.targetIds.length }] });
    }
  }
  return rows;
}

/** A row with one more answer; `undefined` where it has no room. */
function withAnswer(row: AnswerRow | undefined, added: TargetEncoded, answer: number): AnswerRow | undefined {
  if (row?.target.kind !== "rows" || added.kind !== "rows") return undefined;
  const { target, spans } = row;
  const from = target.targetIds.length;
  const targetIds = [...target.targetIds, ...added.targetIds];
  if (targetIds.length > MOST_TOKENS) return undefined;
  const targetRows = [...target.targetRows, ...added.targetRows];
  return {
    target: { ...target, targetIds, targetRows },
    spans: [...spans, { answer, from, to: targetIds.length }],
  };
}
