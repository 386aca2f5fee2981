import { UNSPACED_CHARACTER } from "../base/unspaced.ts";

/** A last word with the blanks before it; characters of scripts without blanks are no part of it. */
const LAST_WORD = new RegExp(String.raw`\s*(?:(?!${UNSPACED_CHARACTER})\S)*$`, "v");

/**
 * The length of what later tokens do not change of a text that is growing. Not certain are: a character of which bytes are missing (decoded
 * as U+FFFD); what may be the start of a stop string; and the last word, since decoders join it with what comes after it (`do`, `n't`).
 */
export function settledLength(text: string, stop: readonly string[]): number {
  const whole = text.replace(/\ufffd+$/u, "");
  const starts = stop.map((one) => {
    for (let length = Math.min(one.length - 1, whole.length); length > 0; length--) {
      if (whole.endsWith(one.slice(0, length))) return whole.length - length;
    }
    return whole.length;
  });
  return whole.slice(0, Math.min(whole.length, ...starts)).search(LAST_WORD);
}
