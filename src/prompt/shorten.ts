import type { Tokenizer } from "../model/tokenizer.ts";
import {
  type Segment,
  segmentsOf,
  type Stretch,
  type StretchTokens,
  type Texts,
  tokensOf,
} from "./stretch.ts";

/**
 * The tokens of a template's stretches, with their texts cut to fit: a text at its end, of several the longest first. Tokens
 * are cut where the whole's are those of the words and the texts one by one; else, where a token spans a seam, letters.
 *
 * @param whole the stretches' tokens, which are too many
 * @param room how many tokens fit
 */
export function shortened(
  stretches: readonly Stretch[],
  texts: Texts,
  whole: readonly StretchTokens[],
  room: number,
  tokenizer: Tokenizer,
): StretchTokens[] {
  const parts = stretches.map((stretch) =>
    segmentsOf(stretch, texts, tokenizer).map((segment) => ({
      segment,
      ids: tokenizer.encode(segment.text, segment.place),
    }))
  );
  const isSeamless = parts.every((part, i) => part.flatMap(({ ids }) => ids).join() === whole[i]!.ids.join());
  const cut = isSeamless ? cutTokens(parts, whole, room) : undefined;
  return cut ?? cutLetters(stretches, texts, room, tokenizer);
}

type Part = readonly { readonly segment: Segment; readonly ids: readonly number[] }[];

/** `undefined` where a text would lose the template's white space before it. */
function cutTokens(
  parts: readonly Part[],
  whole: readonly StretchTokens[],
  room: number,
): StretchTokens[] | undefined {
  const lengths = parts.flat().filter(({ segment }) => segment.column !== undefined)
    .map(({ ids }) => ids.length);
  const total = parts.flat().reduce((sum, { ids }) => sum + ids.length, 0);
  const fitting = fittingLengths(lengths, room - total + lengths.reduce((sum, length) => sum + length, 0));
  let next = 0, losesLead = false;
  const shorter = parts.map((part, i) => {
    const kept: number[] = [];
    const { mask } = whole[i]!;
    let end = 0, cutBeforeMask = 0;
    for (const { segment: { column, lead }, ids } of part) {
      const length = column === undefined ? ids.length : fitting[next++]!;
      end += ids.length;
      losesLead ||= length < ids.length && length <= lead.length;
      if (mask !== undefined && end <= mask) cutBeforeMask += ids.length - length;
      kept.push(...ids.slice(0, length));
    }
    return { ids: kept, mask: mask === undefined ? undefined : mask - cutBeforeMask };
  });
  return losesLead ? undefined : shorter;
}

/** Finds by halves how many letters of each text may stay. */
function cutLetters(
  stretches: readonly Stretch[],
  texts: Texts,
  room: number,
  tokenizer: Tokenizer,
): StretchTokens[] {
  const names = stretches.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => piece.kind === "column" ? [piece.name] : [])
  );
  const letters = names.map((name) => [name, [...texts[name]!]] as const);
  const upTo = (most: number) => {
    const cut = Object.fromEntries(letters.map(([name, all]) => [name, all.slice(0, most).join("")]));
    return stretches.map((stretch) => tokensOf(stretch, cut, tokenizer));
  };
  let fitting = 0, tooMany = Math.max(...letters.map(([, all]) => all.length)), found = upTo(0);
  while (tooMany - fitting > 1) {
    const middle = (fitting + tooMany) >> 1, tried = upTo(middle);
    if (tried.reduce((sum, { ids }) => sum + ids.length, 0) <= room) {
      fitting = middle;
      found = tried;
    } else tooMany = middle;
  }
  return found;
}

/** How much of each of several texts fits: the longest are cut to one length, the first of them by one less where that fits. */
function fittingLengths(lengths: readonly number[], room: number): number[] {
  const total = (most: number) => lengths.reduce((sum, length) => sum + Math.min(length, most), 0);
  let most = Math.max(0, ...lengths);
  while (most > 0 && total(most) > room) most--;
  let left = room - total(most);
  return lengths.map((length) => length > most && left-- > 0 ? most + 1 : Math.min(length, most));
}
