import type { Part, TemplateEncoder } from "./encoding.ts";
import { templateError } from "./template_error.ts";
import { type Stretch, type StretchTokens, tokensOf } from "./stretch.ts";

/** Token ids on one side of a text, and which of them take a position. */
export interface FrameSide {
  readonly ids: readonly number[];
  readonly counted: readonly boolean[];
}

/** A place around a text: counted from the start, or from the first token after the text. */
export interface FramePlace {
  readonly side: "before" | "after";
  readonly at: number;
}

/** What a template with one column puts around a text. */
export interface TextFrame {
  readonly before: FrameSide;
  readonly after: FrameSide;
  readonly promptRows: readonly FramePlace[];
  /** The place where the answer is read; absent where the template ends with the text, so that the place moves with its end. */
  readonly answerRow: FramePlace | undefined;
}

/** The white space right before a text: a part of the frame, or left to the tokenizer of the text. */
export type Lead = "framed" | "left-out";

/**
 * The tokens around the text, for a template with one column. A text in its template is the frame around the text's own
 * tokens only where no token spans their boundaries; callers must check a frame on texts.
 *
 * @throws {ConfigValueError} where a token around the text takes no position
 */
export function frameOf(encoder: TemplateEncoder, lead: Lead): TextFrame {
  const sides = { before: new Side(), after: new Side() };
  const promptRows: FramePlace[] = [];
  let side: keyof typeof sides = "before";
  let answerRow: FramePlace | undefined;
  const put = (part: Part) => {
    const { ids, counted } = sides[side];
    const at = ids.length;
    const own = idsOf(part, encoder);
    if (part.kind === "vectors") promptRows.push(...own.ids.map((_, i) => ({ side, at: at + i })));
    const uncounted = part.kind === "vectors" ? undefined : own.ids.find((id) => encoder.uncounted.has(id));
    if (uncounted !== undefined) {
      throw templateError(
        `'${
          encoder.tokenizer.tokenOf(uncounted)
        }' is around the text, and the model gives it no position, so the text's positions are unknown: leave it out, or classify with softprompt`,
      );
    }
    if (own.mask !== undefined) answerRow = { side, at: at + own.mask };
    ids.push(...own.ids);
    counted.push(...own.ids.map(() => encoder.counts(part)));
  };
  for (const part of encoder.parts) {
    const column = part.kind === "stretch" ? part.pieces.findIndex(({ kind }) => kind === "column") : -1;
    if (part.kind !== "stretch" || column < 0) {
      put(part);
      continue;
    }
    put({ ...part, pieces: withLead(part.pieces.slice(0, column), lead) });
    side = "after";
    put({ ...part, pieces: part.pieces.slice(column + 1), place: "inside" });
  }
  const last = sides.after.ids.length - 1;
  return {
    ...sides,
    promptRows,
    answerRow: answerRow ?? (last < 0 ? undefined : { side: "after", at: last }),
  };
}

/** The template's white space right before its text. */
export function leadOf({ parts }: TemplateEncoder): string {
  const stretches = parts.flatMap((part) => part.kind === "stretch" ? [part.pieces] : []);
  const pieces = stretches.find((one) => one.some(({ kind }) => kind === "column")) ?? [];
  const before = pieces[pieces.findIndex(({ kind }) => kind === "column") - 1];
  return before?.kind === "words" ? before.words.slice(before.words.trimEnd().length) : "";
}

class Side {
  readonly ids: number[] = [];
  readonly counted: boolean[] = [];
}

function idsOf(
  part: Part,
  { tokenizer, moreMasks }: TemplateEncoder,
): { ids: readonly number[]; mask?: number | undefined } {
  switch (part.kind) {
    case "vectors":
      return { ids: Array.from({ length: part.length }, () => tokenizer.padId) };
    case "specials":
      return { ids: part.ids };
    case "stretch":
      return part.pieces.length === 0 ? { ids: [] } : masked(tokensOf(part, {}, tokenizer), moreMasks);
  }
}

/** Tokens with as many masks as answers have tokens. */
function masked({ ids, mask }: StretchTokens, moreMasks: number): StretchTokens {
  if (mask === undefined) return { ids, mask };
  const more = Array.from({ length: moreMasks }, () => ids[mask]!);
  return { ids: [...ids.slice(0, mask), ...more, ...ids.slice(mask)], mask };
}

function withLead(pieces: Stretch["pieces"], lead: Lead): Stretch["pieces"] {
  const last = pieces.at(-1);
  if (lead === "framed" || last?.kind !== "words") return pieces;
  const words = last.words.trimEnd();
  return [...pieces.slice(0, -1), ...(words === "" ? [] : [{ ...last, words }])];
}
