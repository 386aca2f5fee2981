import { Tokenizer as Library } from "@huggingface/tokenizers";
import { InputError } from "../experiment/errors.ts";

/** Turns text into token ids and back. */
export class Tokenizer {
  private constructor(
    private readonly library: Library,
    /** Ids that stand before every text ([CLS]), … */
    readonly prefix: readonly number[],
    /** … and behind it ([SEP]). */
    readonly suffix: readonly number[],
    /** What fills places that hold no token: the pad token's id, or 0 where there is none, as nothing reads it. */
    readonly padId: number,
    private readonly maskToken: string | undefined,
    private readonly specialIds: ReadonlySet<number>,
    /** How many ids there are. */
    readonly size: number,
    private readonly isPrecompiled: boolean,
  ) {}

  /**
   * Makes a tokenizer of what `tokenizer.json` and `tokenizer_config.json` say.
   *
   * @throws {InputError} where they ask for something that the library does not have
   */
  static of(model: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): Tokenizer {
    let library: Library;
    try {
      library = new Library(model, config);
    } catch (error) {
      throw new InputError(
        `the model's tokenizer.json cannot be used: ${
          (error as Error).message
        } (@huggingface/tokenizers has WordPiece, BPE and Unigram, but not every step around them)`,
        { cause: error },
      );
    }
    const plain = library.encode("a", { add_special_tokens: false }).ids, whole = library.encode("a").ids;
    const start = whole.findIndex((_, at) => plain.every((id, i) => whole[at + i] === id));
    const special = (name: string) => nameOf(config[name]);
    const padToken = special("pad_token");
    const specials = [...library.get_added_tokens_decoder()].filter(([, token]) => token.special).map((
      [id],
    ) => id);
    return new Tokenizer(
      library,
      whole.slice(0, start),
      whole.slice(start + plain.length),
      (padToken === undefined ? undefined : library.token_to_id(padToken)) ?? 0,
      special("mask_token"),
      new Set(specials),
      largest(library.get_vocab().values()) + 1,
      JSON.stringify(model.normalizer ?? null).includes('"Precompiled"'),
    );
  }

  /**
   * The same for a model whose table of word embeddings has so many rows: where the pad token was added without one, 0 fills
   * the places that hold no token.
   */
  forRows(rows: number): Tokenizer {
    if (this.padId < rows) return this;
    return new Tokenizer(
      this.library,
      this.prefix,
      this.suffix,
      0,
      this.maskToken,
      this.specialIds,
      this.size,
      this.isPrecompiled,
    );
  }

  /** The mask token's id, where there is one. */
  get maskId(): number | undefined {
    return this.maskToken === undefined ? undefined : this.library.token_to_id(this.maskToken);
  }

  /** The ids of a text, without the tokens that stand before and behind every text. */
  encode(text: string): number[] {
    return this.library.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * Whether Hugging Face's own tokenizers take a text in another way: their table of characters (SentencePiece's, as models
   * of the kinds T5, ALBERT and XLM-RoBERTa have it) is approximated, and differs for these.
   */
  differsFromReference(text: string): boolean {
    return this.isPrecompiled && /[\u0344\u200d\ua7f1]/.test(text);
  }

  /** The tokens of a text, as the vocabulary writes them. */
  pieces(text: string): string[] {
    return this.library.encode(text, { add_special_tokens: false }).tokens;
  }

  /** The token with this id, as the vocabulary writes it. */
  tokenOf(id: number): string {
    return this.library.id_to_token(id) ?? `<${id}>`;
  }

  /** Whether an id is a special token ([PAD], [MASK], …), which stands for no word. */
  isSpecial(id: number): boolean {
    return this.specialIds.has(id);
  }

  /** Whether an id stands for words that the vocabulary does not have. */
  isUnknown(id: number): boolean {
    return this.isSpecial(id) && /unk/i.test(this.tokenOf(id));
  }
}

/** The largest of numbers that may be too many for arguments of a call. */
function largest(numbers: Iterable<number>): number {
  let found = -Infinity;
  for (const one of numbers) found = Math.max(found, one);
  return found;
}

/** A special token is named by a string, or by an object around it. */
function nameOf(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  return typeof token === "object" && token !== null && "content" in token
    ? String(token.content)
    : undefined;
}
