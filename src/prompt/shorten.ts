import type { Tokenizer } from "../model/tokenizer.ts";
import {
  type Segment,
  segmentsOf,
  type Stretch,
  type StretchTokens,
  type Texts,
  tokensOf,
} from "./stretch.ts";

/** A part of a stretch with its tokens. */
interface Part {
  readonly segment: Segment;
  readonly ids: readonly number[];
}

/** Truncates texts so that they fit with a template: a single text at its end, of several the longest first. */
export class Shortener {
  /** The tokens of the parts that do not change from text to text. */
  private readonly fixed = new Map<string, readonly number[]>();

  /** @param stretches of a template */
  constructor(private readonly stretches: readonly Stretch[], private readonly tokenizer: Tokenizer) {}

  /**
   * The tokens of a template's stretches with truncated texts. Whole tokens are cut where the stretch's tokens are those of the words and
   * the texts in turn; else, where a token spans a boundary, letters.
   *
   * @param whole the stretches' tokens, which are too many
   * @param room the number of tokens that fit
   */
  shortened(texts: Texts, whole: readonly StretchTokens[], room: number): StretchTokens[] {
    const parts: Part[][] = [];
    for (const [i, stretch] of this.stretches.entries()) {
      const found = this.partsOf(segmentsOf(stretch, texts), whole[i]!.ids);
      if (found === undefined) return this.cutLetters(texts, whole, room);
      parts.push(found);
    }
    return cutTokens(parts, whole, room) ?? this.cutLetters(texts, whole, room);
  }

  /** The tokens of each part of a stretch; `undefined` where a token spans a boundary. */
  private partsOf(segments: readonly Segment[], ids: readonly number[]): Part[] | undefined {
    const only = segments.findIndex(({ column }) => column !== undefined);
    const isOne = segments.filter(({ column }) => column !== undefined).length === 1;
    const parts = segments.map((segment, i) => ({
      segment,
      ids: isOne && i === only ? [] : this.idsOf(segment),
    }));
    if (isOne) {
      // The text's tokens are those between the words'.
      const size = (some: readonly Part[]) => some.reduce((sum, part) => sum + part.ids.length, 0);
      const start = size(parts.slice(0, only));
      const end = ids.length - size(parts.slice(only + 1));
      parts[only] = { segment: segments[only]!, ids: ids.slice(start, Math.max(start, end)) };
    }
    let at = 0;
    const fits = parts.every((part) => part.ids.every((id) => id === ids[at++]));
    return fits && at === ids.length ? parts : undefined;
  }

  private idsOf({ text, place, column }: Segment): readonly number[] {
    if (column !== undefined) return this.tokenizer.encode(text, place);
    const key = `${place} ${text}`;
    const ids = this.fixed.get(key) ?? this.tokenizer.encode(text, place);
    this.fixed.set(key, ids);
    return ids;
  }

  /** Finds by bisection how many letters of each text fit. */
  private cutLetters(texts: Texts, whole: readonly StretchTokens[], room: number): StretchTokens[] {
    const names = this.stretches.flatMap(({ pieces }) =>
      pieces.flatMap((piece) => piece.kind === "column" ? [piece.name] : [])
    );
    const letters = names.map((name) => [name, [...texts[name]!]] as const);
    const upTo = (most: number) => {
      const shortened = Object.fromEntries(letters.map(([name, all]) => [name, all.slice(0, most).join("")]));
      const found = this.stretches.map((stretch) => tokensOf(stretch, shortened, this.tokenizer));
      return { found, fits: sizeOf(found) <= room };
    };
    const longest = Math.max(...letters.map(([, all]) => all.length));
    // Twice the fraction that fits is probably too much, and quick to try.
    let fitting = 0;
    let tooMany = Math.min(longest, Math.ceil(2 * longest * room / sizeOf(whole)) + 8);
    let best = upTo(0).found;
    if (tooMany < longest && upTo(tooMany).fits) tooMany = longest;
    while (tooMany - fitting > 1) {
      const middle = (fitting + tooMany) >> 1;
      const { found, fits } = upTo(middle);
      if (fits) [fitting, best] = [middle, found];
      else tooMany = middle;
    }
    return best;
  }
}

/** The number of tokens of some stretches. */
export function sizeOf(tokens: readonly StretchTokens[]): number {
  return tokens.reduce((sum, { ids }) => sum + ids.length, 0);
}

/** `undefined` where a text would lose the template's white space before it. */
function cutTokens(
  parts: readonly (readonly Part[])[],
  whole: readonly StretchTokens[],
  room: number,
): StretchTokens[] | undefined {
  const lengths = parts.flat().filter(({ segment }) => segment.column !== undefined)
    .map(({ ids }) => ids.length);
  const fixed = sizeOf(whole) - lengths.reduce((sum, length) => sum + length, 0);
  const fitting = fittingLengths(lengths, room - fixed);
  let next = 0;
  let losesLead = false;
  const shorter = parts.map((part, i) => {
    const kept: number[] = [];
    const { mask } = whole[i]!;
    let end = 0;
    let cutBeforeMask = 0;
    for (const { segment: { column, lead }, ids } of part) {
      const length = column === undefined ? ids.length : fitting[next++]!;
      end += ids.length;
      losesLead ||= length < ids.length && length <= lead.length;
      if (mask !== undefined && end <= mask) cutBeforeMask += ids.length - length;
      for (const id of ids.slice(0, length)) kept.push(id);
    }
    return { ids: kept, mask: mask === undefined ? undefined : mask - cutBeforeMask };
  });
  return losesLead ? undefined : shorter;
}

/** The lengths to which several texts are truncated: the longest get the same length, the first of them one more if that fits. */
function fittingLengths(lengths: readonly number[], room: number): number[] {
  const total = (most: number) => lengths.reduce((sum, length) => sum + Math.min(length, most), 0);
  let most = Math.max(0, ...lengths);
  while (most > 0 && total(most) > room) most--;
  let left = room - total(most);
  return lengths.map((length) => length > most && left-- > 0 ? most + 1 : Math.min(length, most));
}
