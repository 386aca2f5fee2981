import type { ReadingCard } from "../model/card.ts";
import type { TextFrame } from "../prompt/frame.ts";

/**
 * The number of a text's tokens that fit with the template around it; `undefined` where nothing limits it.
 *
 * @param reserved the number of places that are left free after it
 */
export function roomAround(
  { before, after }: Pick<TextFrame, "before" | "after">,
  { positions = Infinity, sequence = Infinity }: Pick<ReadingCard, "positions" | "sequence">,
  reserved = 0,
): number | undefined {
  const counted = [...before.counted, ...after.counted];
  const room = Math.min(positions - counted.filter(Boolean).length, sequence - counted.length) - reserved;
  return room === Infinity ? undefined : room;
}
