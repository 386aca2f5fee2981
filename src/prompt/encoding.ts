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

/** How positions are counted around a prompt. */
export type PositionCounting =
  /** The text's as without a prompt, 0 at the prompt: it enters behind an embedding layer that has added positions. */
  | "text-alone"
  /** Over prompt and text together. */
  | "together";

/** Puts texts into a template. */
export class TemplateEncoder {
  private readonly pieces: readonly (Piece & { ids?: readonly number[] })[];
  private readonly fixed: number;

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
    const { kind, positions } = card;
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
    if (positions !== undefined && this.fixed >= positions) {
      throw templateError(
        `the template and the prompt take ${this.fixed} of the model's ${positions} positions, which leaves none for the text: shorten 'prompt.length' or the template`,
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
    const room = this.card.positions === undefined ? Infinity : this.card.positions - this.fixed;
    const columns = this.pieces.filter((piece) => piece.kind === "column");
    const whole = columns.map(({ name, spaced }) =>
      this.tokenizer.encode(`${spaced ? " " : ""}${texts[name]}`)
    );
    const fitting = fittingLengths(whole.map(({ length }) => length), room);
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
