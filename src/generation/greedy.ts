import type { Continuation, NextLogits } from "./continuation.ts";
import {
  allForbidden,
  BrokenLogits,
  checkDecoding,
  type Decoding,
  forcedIds,
  type GeneratedText,
  ruledScores,
} from "./decoding.ts";
import { GrowingText } from "./growing_text.ts";
import { logitsOf, mostProbable } from "./probable_tokens.ts";

/**
 * Continues texts by the most probable token, again and again (of equals the first): transformers' `generate` with `num_beams=1` and
 * `do_sample=False`. A text that has ended is padded with its last token, until half of the rows have ended, which are then left out.
 *
 * @returns the texts in the order of the continuation's rows
 * @throws {BrokenLogits} where no token is the most probable
 * @throws {InputError} where rules forbid every token
 */
export async function greedy(continuation: Continuation, decoding: Decoding): Promise<GeneratedText[]> {
  checkDecoding(decoding);
  let logits = continuation.first;
  const texts = Array.from(
    { length: logits.data.length / logits.vocabulary },
    (_, row) => new GrowingText(row, decoding),
  );
  // The texts of the continuation's rows.
  let rows = [...texts.keys()];
  while (true) {
    decoding.signal?.throwIfAborted();
    for (const [row, index] of rows.entries()) {
      const text = texts[index]!;
      if (text.finished !== undefined) continue;
      text.add(nextId(logits, row, index, text.ids, decoding), logitsOf(logits, row));
    }
    const going = [...rows.keys()].filter((row) => texts[rows[row]!]!.finished === undefined);
    if (going.length === 0) break;
    if (going.length <= rows.length / 2) {
      await continuation.reorder(going);
      rows = going.map((row) => rows[row]!);
    }
    logits = await continuation.next(rows.map((index) => texts[index]!.lastId));
  }
  return texts.flatMap(({ finished }) => finished ?? []);
}

/** The next token of a row. @param text the index of its text @param ids the tokens before */
function nextId(
  logits: NextLogits,
  row: number,
  text: number,
  ids: readonly number[],
  decoding: Decoding,
): number {
  const forced = forcedIds(ids.length, decoding);
  if (forced !== undefined) return Math.min(...forced);
  const scores = logitsOf(logits, row);
  const id = mostProbable(ruledScores(scores, text, ids, decoding));
  if (id !== undefined) return id;
  throw mostProbable(scores) === undefined ? new BrokenLogits(text, ids.length) : allForbidden(text);
}
