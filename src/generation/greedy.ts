import type { Continuation } from "./continuation.ts";
import { BrokenLogits, checkDecoding, type Decoding, forcedIds, type GeneratedText } from "./decoding.ts";
import { GrowingText } from "./growing_text.ts";
import { logitsOf, logProbabilityOf, mostProbable } from "./probable_tokens.ts";

/**
 * Continues texts by the most probable token, again and again (of equals the first): transformers' `generate` with `num_beams=1` and
 * `do_sample=False`. A text that has ended is padded with its last token, until half of the rows have ended, which are then left out.
 *
 * @returns the texts in the order of the continuation's rows
 * @throws {BrokenLogits} where no token is the most probable
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
      const forced = forcedIds(text.tokens, decoding);
      const own = logitsOf(logits, row);
      const id = forced === undefined ? mostProbable(own) : Math.min(...forced);
      if (id === undefined) throw new BrokenLogits(index, text.tokens);
      text.add(id, () => forced === undefined ? logProbabilityOf(own, id) : 0);
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
