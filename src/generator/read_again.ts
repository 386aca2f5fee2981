import { ContinuationWithoutCache, type TokenRow } from "../generation/without_cache.ts";
import type { Encoded } from "../prompt/encoding.ts";
import { decoderFeeds, encode, NEXT_LOGITS, readLogits, type TextBatch, textFeeds } from "./begin.ts";
import type { GenerationSessions } from "./generation_sessions.ts";
import { freeAll } from "./row_chooser.ts";
import type { StartedContinuation } from "./started_continuation.ts";
import { TextStates } from "./text_states.ts";

/** Continues texts by a model without a cache: its decoder, or all of it, reads each row again for every token; an encoder runs once. */
export async function continueWithoutCache(
  sessions: GenerationSessions,
  batch: TextBatch,
): Promise<StartedContinuation> {
  const { texts, startIds } = batch;
  const { encoder, next, chooseHidden } = sessions;
  const states = new TextStates(
    await encode(sessions, batch),
    texts.map(({ ids }) => ids.length),
    chooseHidden,
  );
  const compute = async (rows: readonly TokenRow[]) => {
    const own = rows.map(({ text }) => text);
    const feeds = encoder === undefined
      ? textFeeds(rows.map(({ text, ids }) => longer(texts[text]!, ids)), batch)
      : {
        ...await states.of(own),
        ...decoderFeeds(rows.map(({ ids }) => ids)),
        attention_mask: states.mask(own),
      };
    const outputs = await next.run(feeds);
    const logits = await readLogits(outputs, NEXT_LOGITS);
    freeAll(outputs);
    return logits;
  };
  try {
    const continuation = await ContinuationWithoutCache.start(compute, texts.length, startIds);
    return { continuation, free: () => states.free() };
  } catch (error) {
    states.free();
    throw error;
  }
}

/** A text with the tokens after it. */
function longer(text: Encoded, ids: readonly number[]): Encoded {
  const next = nextPosition(text);
  return {
    ...text,
    ids: [...text.ids, ...ids],
    positions: [...text.positions, ...ids.map((_, i) => next + i)],
    answerRow: text.answerRow + ids.length,
  };
}

/** The position of the first token after a text. */
export function nextPosition({ positions }: Pick<Encoded, "positions">): number {
  return positions.reduce((most, position) => Math.max(most, position), -1) + 1;
}
