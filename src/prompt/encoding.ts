import { KeyError } from "../experiment/errors.ts";
import type { Piece, Template } from "../experiment/template.ts";
import type { ModelCard } from "../model/card.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** A text in its template, as the compiled graphs take it. */
export interface Encoded {
  /** Token ids; at the prompt's places the pad token's, which does not matter. */
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  /** The place of each vector of the prompt. */
  readonly promptRows: readonly number[];
  /** The place whose logits are read. */
  readonly answerRow: number;
  /** How many tokens of the text did not fit. */
  readonly cut: number;
}

/** Token ids on one side of a text, and which of them take a position. */
interface FrameSide {
  readonly ids: number[];
  readonly counted: boolean[];
}

/** A place around a text: counted from the start, or from the first token behind the text. */
export interface FramePlace {
  readonly side: "before" | "behind";
  readonly at: number;
}

/** What a template puts around a text. */
export interface TextFrame {
  readonly before: FrameSide;
  readonly behind: FrameSide;
  readonly promptRows: readonly FramePlace[];
  readonly answerRow: FramePlace;
  /** Whether a text has to be given with a space in front to be cut into tokens as in the template. */
  readonly needsSpace: boolean;
}

function noTokens(): FrameSide {
  return { ids: [], counted: [] };
}

/** How positions are counted around a prompt. */
export type PositionCounting =
  /** The text's as without a prompt, 0 at the prompt: it enters behind an embedding layer that has added positions. */
  | "text-alone"
  /** Over prompt and text together. */
  | "together";

/** Puts texts into a template. */
export class TemplateEncoder {
  private readonly pieces: readonly (Piece & { ids?: readonly number[] })[];
  /** How many positions the template and the prompt take … */
  private readonly fixed: number;
  /** … and how many tokens they are. */
  private readonly whole: number;

  /**
   * @param card a masked model answers at the mask, a causal one behind the last token of the template
   * @throws {KeyError} where the template does not suit the kind of model, needs a mask token that the tokenizer lacks, or
   * leaves no room for a text
   */
  constructor(
    template: Template,
    private readonly tokenizer: Tokenizer,
    private readonly card: ModelCard,
    private readonly counting: PositionCounting,
  ) {
    const { kind } = card;
    const masks = template.some((piece) => piece.kind === "mask");
    if (kind === "masked" && !masks) {
      throw templateError("the template has no {mask}: a masked language model answers at its mask token");
    }
    if (kind === "causal" && masks) {
      throw templateError(
        "the template has a {mask}, but a causal language model goes on with a text: end the template where the answer begins",
      );
    }
    if (masks && tokenizer.maskId === undefined) {
      throw templateError(
        "the template has a {mask}, but the model's tokenizer has no mask token: take a masked language model",
      );
    }
    this.pieces = this.arranged(template);
    this.fixed = this.pieces.reduce((sum, piece) => sum + (this.counts(piece) ? sizeOf(piece) : 0), 0);
    this.whole = this.pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
    if (this.room !== undefined && this.room <= 0) {
      const [taken, limit] = this.fixed >= (card.positions ?? Infinity)
        ? [this.fixed, card.positions]
        : [this.whole, card.sequence];
      throw templateError(
        `the template and the prompt take ${taken} of the model's ${limit} positions, which leaves none for the text: shorten 'prompt.length' or the template`,
      );
    }
  }

  /**
   * Encodes one example. What is too long for the model's positions is cut, never the template or the prompt: a text at its
   * end, of several the longest first.
   *
   * @param texts by the names of the template's placeholders
   */
  encode(texts: Readonly<Record<string, string>>): Encoded {
    const columns = this.pieces.filter((piece) => piece.kind === "column");
    const whole = columns.map(({ name, spaced }) =>
      this.tokenizer.encode(`${spaced ? " " : ""}${texts[name]}`)
    );
    const fitting = fittingLengths(whole.map(({ length }) => length), this.room ?? Infinity);
    const ids: number[] = [], positions: number[] = [], promptRows: number[] = [];
    let answerRow: number | undefined, position = this.card.firstPosition, cut = 0, column = 0;
    for (const piece of this.pieces) {
      if (piece.kind === "mask") answerRow = ids.length;
      let tokens = piece.ids ?? [];
      if (piece.kind === "prompt") {
        tokens = Array.from({ length: piece.length }, () => this.tokenizer.padId);
        promptRows.push(...tokens.map((_, i) => ids.length + i));
      }
      if (piece.kind === "column") {
        tokens = whole[column]!.slice(0, fitting[column]);
        cut += whole[column]!.length - tokens.length;
        column++;
      }
      for (const id of tokens) {
        ids.push(id);
        positions.push(this.counts(piece) ? position++ : 0);
      }
    }
    return { ids, positions, promptRows, answerRow: answerRow ?? ids.length - 1, cut };
  }

  /** How many tokens of text fit; `undefined` where the model does not say. */
  get room(): number | undefined {
    const { positions = Infinity, sequence = Infinity } = this.card;
    const room = Math.min(positions - this.fixed, sequence - this.whole);
    return room === Infinity ? undefined : room;
  }

  /**
   * What stands around the text, for a template of one column.
   *
   * @throws {KeyError} where nothing stands behind it, so that the answer's place moves with the text's end
   */
  frame(): TextFrame {
    const sides = { before: noTokens(), behind: noTokens() }, promptRows: FramePlace[] = [];
    let side: keyof typeof sides = "before", answerRow: FramePlace | undefined;
    let isSpaced = false;
    for (const piece of this.pieces) {
      if (piece.kind === "column") {
        side = "behind";
        isSpaced = piece.spaced;
        continue;
      }
      const { ids, counted } = sides[side], start = ids.length;
      const own = piece.kind === "prompt"
        ? Array.from({ length: piece.length }, () => this.tokenizer.padId)
        : piece.ids ?? [];
      if (piece.kind === "mask") answerRow = { side, at: start };
      if (piece.kind === "prompt") promptRows.push(...own.map((_, i) => ({ side, at: start + i })));
      ids.push(...own);
      counted.push(...own.map(() => this.counts(piece)));
    }
    const last = sides.behind.ids.length - 1;
    if (answerRow === undefined && last < 0) {
      throw templateError(
        "the template ends with the text, so that the answer has no fixed place: end it with words",
      );
    }
    const needsSpace = isSpaced && this.tokenizer.encode(" a").join() !== this.tokenizer.encode("a").join();
    return { ...sides, promptRows, answerRow: answerRow ?? { side: "behind", at: last }, needsSpace };
  }

  /** Whether a piece takes positions. */
  private counts(piece: Piece): boolean {
    return piece.kind !== "prompt" || this.counting === "together";
  }

  /** Prompt pieces at the template's very start come before [CLS]; then the words as tokens, and for a masked model [SEP] at the end. */
  private arranged(template: Template): (Piece & { ids?: readonly number[] })[] {
    const first = template.findIndex(({ kind }) => kind !== "prompt");
    const whole = (ids: readonly number[]) => ({ kind: "words" as const, words: "", ids });
    const inner = template.slice(first).map((piece) => {
      if (piece.kind === "words") return { ...piece, ids: this.tokenizer.encode(piece.words) };
      return piece.kind === "mask" ? { ...piece, ids: [this.tokenizer.maskId!] } : piece;
    });
    return [
      ...template.slice(0, first),
      whole(this.tokenizer.prefix),
      ...inner,
      whole(this.card.kind === "masked" ? this.tokenizer.suffix : []),
    ];
  }
}

/** How much of each of several texts fits: the longest are cut to one length, the first of them by one less where that fits. */
function fittingLengths(lengths: readonly number[], room: number): number[] {
  const total = (most: number) => lengths.reduce((sum, length) => sum + Math.min(length, most), 0);
  let most = Math.max(0, ...lengths);
  while (total(most) > room) most--;
  let left = room - total(most);
  return lengths.map((length) => length > most && left-- > 0 ? most + 1 : Math.min(length, most));
}

function sizeOf(piece: Piece & { ids?: readonly number[] }): number {
  return piece.kind === "prompt" ? piece.length : piece.ids?.length ?? 0;
}

function templateError(message: string): KeyError {
  return new KeyError([{ path: ["prompt", "template"], message }]);
}
