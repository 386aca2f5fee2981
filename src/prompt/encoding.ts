import { InputError } from "../base/errors.ts";
import { columnsOf, type Piece, type Template } from "../experiment/template.ts";
import type { ReadingCard } from "../model/card.ts";
import type { MaskToken, Tokenizer } from "../model/tokenizer.ts";
import { Shortener, sizeOf } from "./shorten.ts";
import { type Stretch, type StretchTokens, type Texts, tokensOf } from "./stretch.ts";
import { templateError } from "./template_error.ts";

/** How models spell their mask tokens: [MASK], <mask>, <|mask|>. */
const FOREIGN_MASK = /[[<]\W?mask\W?[\]>]/i;

/** A text in its template, as the compiled graphs take it. */
export interface Encoded {
  /** Token ids; the pad token's in the prompt's places, where the id does not matter. */
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  /** The place of each vector of the prompt. */
  readonly promptRows: readonly number[];
  /** The position whose logits are the answer. */
  readonly answerRow: number;
  /** The number of the text's tokens that did not fit. */
  readonly truncated: number;
}

/** The counting of positions around a prompt. */
export type PositionCounting =
  /** The text's positions as without a prompt, 0 at the prompt: it enters after an embedding layer that has added positions. */
  | "text-alone"
  /** Counted over prompt and text together. */
  | "together";

/** A part of what the model reads: vectors, special tokens that the tokenizer adds to every text, or words and texts. */
export type Part =
  | { readonly kind: "vectors"; readonly length: number }
  | { readonly kind: "specials"; readonly ids: readonly number[] }
  | Stretch;

/** What differs between templates. */
export interface TemplateForm {
  /** The number of masks in the place of `{mask}`; 1 by default. */
  readonly masks?: number;
  /** Whether the template contains the special tokens around it, as chats do. */
  readonly isWhole?: boolean;
}

/** Puts texts into a template. */
export class TemplateEncoder {
  /** The parts of the template, in order. */
  readonly parts: readonly Part[];
  private readonly stretches: readonly Stretch[];
  private readonly shortener: Shortener;
  /** The number of positions that vectors and special tokens take, … */
  private readonly outside: number;
  /** … and their number. */
  private readonly around: number;
  /** The number of masks beyond the first, which take positions, … */
  readonly moreMasks: number;
  /** … and that of tokens of the words. */
  private readonly words: number;
  /** The `position_ids` of tokens that take no position, by token id. */
  readonly uncounted: ReadonlyMap<number, number>;

  /**
   * @param card a masked model answers at the mask, a causal one at the last token of the template
   * @throws {ConfigValueError} where the template does not fit the kind of model, needs a mask token that the tokenizer lacks, holds
   * a token that the model lacks, spells the mask token itself, or leaves no room for a text
   */
  constructor(
    private readonly template: Template,
    readonly tokenizer: Tokenizer,
    private readonly card: ReadingCard,
    private readonly counting: PositionCounting,
    private readonly form: TemplateForm = {},
  ) {
    const { kind } = card;
    const masks = template.some((piece) => piece.kind === "mask");
    if (kind === "causal" && masks) {
      throw templateError(
        "the template has a {mask}, but a causal language model continues a text: end the template where the answer begins",
      );
    }
    if (kind === "encoder-decoder" && masks) {
      throw templateError(
        "the template has a {mask}, but an encoder-decoder writes its answer with the decoder: leave the {mask} out",
      );
    }
    this.moreMasks = masks ? (form.masks ?? 1) - 1 : 0;
    this.uncounted = new Map((card.uncounted ?? []).map(({ id, position }) => [id, position]));
    this.parts = this.arranged(template);
    this.stretches = this.parts.filter((part) => part.kind === "stretch");
    this.shortener = new Shortener(this.stretches, tokenizer);
    this.outside = this.parts.reduce(
      (sum, part) => sum + (this.counts(part) ? lengthOf(part) : 0),
      this.moreMasks,
    );
    this.around = this.parts.reduce((sum, part) => sum + lengthOf(part), this.moreMasks);
    const empty = this.empty();
    const words = this.words = sizeOf(empty);
    if (kind === "masked") this.checkMask(empty, masks);
    if (words >= this.room) {
      const isShort = this.outside + words >= (card.positions ?? Infinity);
      const [fixed, limit] = isShort ? [this.outside, card.positions] : [this.around, card.sequence];
      throw templateError(
        `the template and the prompt take ${
          fixed + words
        } of the model's ${limit} positions, which leaves none for the text: lower 'prompt.length' or shorten the template`,
      );
    }
  }

  /**
   * Encodes one example. Texts that exceed the model's positions are truncated, never the template or the prompt: a single text at its
   * end, of several texts the longest first.
   *
   * @param texts by the names of the template's placeholders
   * @throws {InputError} where a text holds a token that the model lacks
   */
  encode(texts: Texts): Encoded {
    return this.encodeTokens(texts, this.tokensOf(texts));
  }

  /**
   * The tokens of the template's stretches with texts, which may be too many.
   *
   * @throws {InputError} where a text holds a token that the model lacks
   */
  tokensOf(texts: Texts): StretchTokens[] {
    return this.stretches.map((stretch) => tokensOf(stretch, texts, this.tokenizer));
  }

  /**
   * Lays tokens out, truncated so that others fit after them, as {@linkcode encode} does.
   *
   * @param whole the stretches' tokens
   * @param reserved the number of places that are left free at the end, at most {@linkcode mostReserved}; not counted are those of …
   * @param after tokens that follow the template, at most as many
   */
  encodeTokens(
    texts: Texts,
    whole: readonly StretchTokens[],
    reserved = 0,
    after: readonly number[] = [],
  ): Encoded {
    const room = this.room - reserved;
    const length = sizeOf(whole);
    const fitting = length > room ? this.shortener.shortened(texts, whole, room) : whole;
    return { ...this.laidOut(fitting, after), truncated: length - sizeOf(fitting) };
  }

  /** The largest number of places that can be left free after the template, with one for the text. */
  get mostReserved(): number {
    return this.room - this.words - 1;
  }

  /** The template's last stretch, and whether nothing follows it. */
  get lastStretch(): { readonly stretch: Stretch | undefined; readonly isLast: boolean } {
    const parts = this.parts.filter((part) => lengthOf(part) > 0 || part.kind === "stretch");
    return { stretch: this.stretches.at(-1), isLast: parts.at(-1)?.kind === "stretch" };
  }

  /** Whether a part takes positions. */
  counts({ kind }: Part): boolean {
    return kind !== "vectors" || this.counting === "together";
  }

  /** Empty texts for all columns. */
  get noTexts(): Texts {
    return Object.fromEntries(columnsOf(this.template).map((name) => [name, ""]));
  }

  /** The words of the template for which the tokenizer has no token. */
  get unknownWords(): string[] {
    return unknownWordsIn(this.template, this.tokenizer);
  }

  /** The number of tokens of words and texts that fit. */
  private get room(): number {
    const { positions = Infinity, sequence = Infinity } = this.card;
    return Math.min(positions - this.outside, sequence - this.around);
  }

  private laidOut(
    tokens: readonly StretchTokens[],
    after: readonly number[],
  ): Omit<Encoded, "truncated"> {
    const ids: number[] = [];
    const positions: number[] = [];
    const promptRows: number[] = [];
    let answerRow: number | undefined;
    let position = this.card.firstPosition;
    let next = 0;
    const last: Part = { kind: "specials", ids: after };
    for (const part of [...this.parts, last]) {
      const start = ids.length;
      if (part === last) answerRow ??= start - 1;
      if (part.kind === "stretch") {
        const { ids: own, mask } = tokens[next++]!;
        if (mask !== undefined) {
          answerRow = start + mask;
          ids.push(...own.slice(0, mask), ...Array.from({ length: this.moreMasks }, () => own[mask]!));
        }
        ids.push(...own.slice(mask ?? 0));
      } else if (part.kind === "specials") ids.push(...part.ids);
      else {
        for (let i = 0; i < part.length; i++) {
          promptRows.push(ids.length);
          ids.push(this.tokenizer.padId);
        }
      }
      for (const id of ids.slice(start)) {
        const uncounted = part.kind === "vectors" ? undefined : this.uncounted.get(id);
        positions.push(uncounted ?? (this.counts(part) ? position++ : 0));
      }
    }
    return { ids, positions, promptRows, answerRow: answerRow ?? ids.length - 1 };
  }

  /** A masked model answers at the template's only mask; a mask token spelled out in the template would be a second one. */
  private checkMask(empty: readonly StretchTokens[], masks: boolean): void {
    const { mask } = this.tokenizer;
    const found = empty.flatMap(({ ids }) => ids.filter((id) => id === mask?.id)).length;
    if (mask !== undefined && found > Number(masks)) {
      throw templateError(
        `the template spells the model's mask token '${mask.spelling}' itself: write {mask} once, where the model answers, and leave the token out`,
      );
    }
    if (!masks) {
      const [token] = this.template.flatMap((piece) =>
        piece.kind === "words" ? FOREIGN_MASK.exec(piece.words) ?? [] : []
      );
      const place = token === undefined
        ? "where it answers, for example '{text} it was {mask} .'"
        : `in place of '${token}'`;
      throw templateError(
        `the template has no {mask}, and a masked language model answers at its mask token: write {mask} ${place}`,
      );
    }
  }

  /** @throws {ConfigValueError} where the tokenizer has none */
  private maskToken(): MaskToken {
    const { mask } = this.tokenizer;
    if (mask !== undefined) return mask;
    throw templateError(
      "the template has a {mask}, but the model's tokenizer has no mask token: use a masked language model",
    );
  }

  /** The template without texts. */
  private empty(): StretchTokens[] {
    try {
      return this.tokensOf(this.noTexts);
    } catch (error) {
      throw error instanceof InputError ? templateError(error.forms) : error;
    }
  }

  /** Prompt pieces at the template's very start come before [CLS]; a masked model's [SEP] is at the end. */
  private arranged(template: Template): Part[] {
    const first = template.findIndex(({ kind }) => kind !== "prompt");
    const parts: Part[] = [];
    const vectors = (piece: Piece) =>
      piece.kind === "prompt" && parts.push({ kind: "vectors", length: piece.length });
    template.slice(0, first).forEach(vectors);
    const { prefix, suffix } = this.form.isWhole ? { prefix: [], suffix: [] } : this.tokenizer;
    parts.push({ kind: "specials", ids: prefix });
    let pieces: Stretch["pieces"] = [];
    const end = () => {
      const isFirst = !parts.some(({ kind }) => kind === "stretch");
      const place = !isFirst ? "inside" : first > 0 ? "after-prompt" : "start";
      if (pieces.length > 0) parts.push({ kind: "stretch", pieces, place });
      pieces = [];
    };
    for (const piece of template.slice(first)) {
      if (piece.kind !== "prompt") {
        pieces = [...pieces, piece.kind === "mask" ? { ...piece, ...this.maskToken() } : piece];
        continue;
      }
      end();
      vectors(piece);
    }
    end();
    return [...parts, { kind: "specials", ids: this.card.kind === "causal" ? [] : suffix }];
  }
}

/** The words of a template for which a tokenizer has no token. */
export function unknownWordsIn(template: Template, tokenizer: Tokenizer): string[] {
  const words = template.flatMap((piece) => piece.kind === "words" ? piece.words.match(/\S+/g) ?? [] : []);
  return [...new Set(words.filter((word) => !tokenizer.knows(word)))];
}

/** The length in tokens of a part that does not depend on texts. */
function lengthOf(part: Part): number {
  return part.kind === "vectors" ? part.length : part.kind === "specials" ? part.ids.length : 0;
}
