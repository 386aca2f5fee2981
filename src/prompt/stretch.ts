import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Piece } from "../experiment/template.ts";
import type { MaskToken, Place, Tokenizer } from "../model/tokenizer.ts";

/** The texts for a template's placeholders, by their names. */
export type Texts = Readonly<Record<string, string>>;

/** A piece of a stretch, the mask as the tokenizer spells it. */
export type StretchPiece =
  | Exclude<Piece, { kind: "prompt" | "mask" }>
  | ({ readonly kind: "mask" } & MaskToken);

/** Words, texts and the mask from one prompt piece to the next, which are tokenized together, as one text. */
export interface Stretch {
  readonly kind: "stretch";
  readonly pieces: readonly StretchPiece[];
  readonly place: Place;
}

/** The tokens of a stretch with its texts. */
export interface StretchTokens {
  readonly ids: readonly number[];
  /** The mask's place among them, where the stretch has it. */
  readonly mask: number | undefined;
}

/** A part of a stretch that does not change, or a text with the white space before it. */
export interface Segment {
  readonly text: string;
  readonly place: Place;
  /** The column that the text comes from. */
  readonly column?: string;
  /** The template's white space before the text. */
  readonly lead: string;
}

/**
 * Tokenizes a stretch.
 *
 * @throws {InputError} where the mask is not read as such, or a token has no row in the model
 */
export function tokensOf(stretch: Stretch, texts: Texts, tokenizer: Tokenizer): StretchTokens {
  const { pieces, place } = stretch;
  const ids = readable(tokenizer.encode(spelled(pieces, texts), place), tokenizer);
  const token = pieces.find((piece) => piece.kind === "mask");
  if (token === undefined) return { ids, mask: undefined };
  const { id, spelling } = token;
  const places = ids.flatMap((one, i) => one === id ? [i] : []);
  // A text may also spell the mask: skip those that come before the template's.
  const before = places.length === 1
    ? []
    : tokenizer.encode(spelled(pieces.slice(0, pieces.indexOf(token)), texts), place);
  const mask = places[before.filter((one) => one === id).length];
  if (mask === undefined) {
    throw new InputError(
      message`the tokenizer does not read the template's {mask} as its mask token '${
        ofFile(spelling)
      }' next to the surrounding words: put spaces around {mask}`,
    );
  }
  return { ids, mask };
}

/**
 * Checks that the model can read all tokens.
 *
 * @throws {InputError} naming the first that has no row among the model's word embeddings
 */
export function readable(ids: readonly number[], tokenizer: Tokenizer): readonly number[] {
  const { rows } = tokenizer.model;
  const strange = ids.find((id) => id >= rows);
  if (strange === undefined) return ids;
  throw new InputError(
    message`the tokenizer's token '${
      ofFile(tokenizer.tokenOf(strange))
    }' has the id ${strange}, but the model has ${rows} rows of word embeddings: leave it out, or use the tokenizer that belongs to the model`,
  );
}

/** The text that pieces of a stretch are read as. */
export function spelled(pieces: readonly StretchPiece[], texts: Texts): string {
  return pieces.map((piece) => wordsOf(piece, texts)).join("");
}

function wordsOf(piece: StretchPiece, texts: Texts): string {
  switch (piece.kind) {
    case "words":
      return piece.words;
    case "column":
      return texts[piece.name]!;
    case "mask":
      return piece.spelling;
  }
}

/** A stretch divided into fixed parts and texts; white space before a text belongs to it. */
export function segmentsOf({ pieces, place }: Stretch, texts: Texts): Segment[] {
  const segments: Segment[] = [];
  let fixed = "";
  const placed = (): Place => segments.length === 0 ? place : "inside";
  for (const piece of pieces) {
    const words = wordsOf(piece, texts);
    if (piece.kind !== "column") {
      fixed += words;
      continue;
    }
    const bare = fixed.trimEnd();
    const lead = fixed.slice(bare.length);
    if (bare !== "") segments.push({ text: bare, place: placed(), lead: "" });
    segments.push({ text: `${lead}${words}`, place: placed(), column: piece.name, lead });
    fixed = "";
  }
  if (fixed !== "") segments.push({ text: fixed, place: placed(), lead: "" });
  return segments;
}
