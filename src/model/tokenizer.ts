import {
  contentOf,
  isObject,
  type Json,
  namedToken,
  type SpecialsAround,
  specialsAround,
} from "./special_tokens.ts";
import { LibraryReader } from "./library_reader.ts";
import { differsFromReference, spellsInBytes } from "./reference_differences.ts";
import { type BlankSteps, blankSteps, continuing } from "./tokenizer_steps.ts";

/** The place of words: at the start, after only vectors of a prompt, or after other words. */
export type Place = "start" | "after-prompt" | "inside";

/** The numbers of ids that a model can read, and that it can answer. */
export interface ModelVocabulary {
  readonly rows: number;
  readonly words: number;
}

const UNBOUNDED: ModelVocabulary = { rows: Infinity, words: Infinity };

/** The token in whose place a masked model answers. */
export interface MaskToken {
  /** Its spelling in texts. */
  readonly spelling: string;
  readonly id: number;
}

/** Turns text into token ids and back. */
export class Tokenizer {
  private readonly reader: LibraryReader;
  private readonly blank: BlankSteps;
  private readonly differs: (text: string) => boolean;
  private readonly unknownId: number | undefined;
  private readonly specialIds: ReadonlySet<number>;
  private readonly spellings: readonly AddedToken[];
  private readonly added: readonly (AddedToken & { readonly lstrip: boolean })[];
  private continuation: LibraryReader | undefined;
  /** The ids before every text ([CLS]), … */
  readonly prefix: readonly number[];
  /** … and after it ([SEP]). */
  readonly suffix: readonly number[];
  /** The padding id: the pad token's, or 0 where the model has none, as nothing reads it. */
  readonly padId: number;
  /** The mask token's spelling in texts and its id, if there is one. */
  readonly mask: MaskToken | undefined;
  /** The number of ids. */
  readonly size: number;

  private constructor(private readonly json: Json, config: Json, readonly model: ModelVocabulary) {
    const core = isObject(json.model) ? json.model : {};
    this.reader = new LibraryReader(json);
    const { library } = this.reader;
    this.blank = blankSteps(json);
    this.differs = differsFromReference(json);
    const tokens = library.get_added_tokens_decoder();
    this.specialIds = new Set([...tokens].filter(([, { special }]) => special).map(([id]) => id));
    this.spellings = [...tokens.values()].filter(({ content }) => content !== "");
    this.added = [...tokens.values()].filter(({ normalized }) => !normalized);
    this.unknownId = typeof core.unk_token === "string"
      ? library.token_to_id(core.unk_token)
      : typeof core.unk_id === "number"
      ? core.unk_id
      : undefined;
    this.size = largest(library.get_vocab().values()) + 1;
    ({ prefix: this.prefix, suffix: this.suffix } = this.around(config));
    const special = (name: "mask" | "pad") => {
      const spelling = namedToken(name, json, config, (id) => library.id_to_token(id));
      const id = spelling === undefined ? undefined : library.token_to_id(spelling);
      return spelling === undefined || id === undefined ? undefined : { spelling, id };
    };
    this.mask = special("mask");
    const pad = special("pad")?.id ?? 0;
    this.padId = pad < model.rows ? pad : 0;
  }

  /**
   * Makes a tokenizer from the files of a model.
   *
   * @param json the content of `tokenizer.json`
   * @param config the merged content of the files next to it (`readTokenizerConfig`)
   * @param model the number of ids that the model knows, if known
   * @throws {InputError} where they need something that the library lacks
   */
  static of(json: Json, config: Json, model: ModelVocabulary = UNBOUNDED): Tokenizer {
    const tokenizer = new Tokenizer(json, config, model);
    const { mask } = tokenizer;
    if (mask === undefined || tokenizer.added.some(({ content }) => content === mask.spelling)) {
      return tokenizer;
    }
    // A mask that is only in the vocabulary is an added token for Hugging Face's own, too.
    const token = { id: mask.id, content: mask.spelling, special: true, normalized: false };
    const added = Array.isArray(json.added_tokens)
      ? json.added_tokens.filter((one) => contentOf(one) !== mask.spelling)
      : [];
    return new Tokenizer({ ...json, added_tokens: [...added, token] }, config, model);
  }

  /**
   * The ids of a text, without the special tokens before and after every text.
   *
   * @param place where many tokenizers put a space before a text, the space between the prompt's vectors and the text is
   * that one; words that follow other words get none
   * @throws {InputError} where the tokenizer has neither a token for a part of it nor an unknown token
   */
  encode(text: string, place: Place = "start"): readonly number[] {
    const { prepends } = this.blank;
    const isSpaced = text.startsWith(" ");
    if (place === "start" || !this.putsBlank) return this.reader.read(text).ids;
    if (place === "after-prompt") return this.reader.read(isSpaced ? text.slice(1) : text).ids;
    return isSpaced && !prepends ? this.reader.read(text).ids : this.continued(text);
  }

  /** Omits what only the first words of a text get, up to the first added token in it. */
  private continued(text: string): readonly number[] {
    this.continuation ??= new LibraryReader(continuing(this.json));
    const found = this.added.map((token) => ({ token, at: text.indexOf(token.content) }))
      .filter(({ at }) => at >= 0)
      .reduce((first, one) => first !== undefined && first.at <= one.at ? first : one, NO_TOKEN);
    if (found === undefined) return this.continuation.read(text).ids;
    const before = text.slice(0, found.at);
    const head = found.token.lstrip ? before.trimEnd() : before;
    return [...this.continuation.read(head).ids, ...this.reader.read(text.slice(found.at)).ids];
  }

  /** Whether it puts a space before a text that begins without one. */
  get putsBlank(): boolean {
    return this.blank.prepends || this.blank.prefixes;
  }

  /** Whether the tokenizer has tokens for all of a text: none is unknown or left out. */
  knows(text: string): boolean {
    return this.reader.knows(text, this.unknownId);
  }

  /**
   * Whether Hugging Face's own tokenizers treat a text differently, because their Unicode tables differ or the
   * library lacks one of their steps.
   */
  differsFromReference(text: string): boolean {
    return this.differs(text) || spellsInBytes(this.json) && !this.knows(text);
  }

  /** An added token in a text, a special one if any: texts are split at them before any other step. */
  addedIn(text: string): AddedToken | undefined {
    const spelled = this.spellings.filter(({ content }) => text.includes(content));
    return spelled.find(({ special }) => special) ?? spelled[0];
  }

  /** The tokens of a text, as the vocabulary writes them. */
  pieces(text: string): readonly string[] {
    return this.reader.read(text).tokens;
  }

  /** The id of a token, as the vocabulary writes it; `undefined` where there is none. */
  idOf(token: string | undefined): number | undefined {
    return token === undefined ? undefined : this.reader.library.token_to_id(token);
  }

  /** The token with this id, as the vocabulary writes it. */
  tokenOf(id: number): string {
    return this.reader.library.id_to_token(id) ?? `<${id}>`;
  }

  /** The text of the token with this id. */
  textOf(id: number): string {
    return this.reader.library.decode([id], { clean_up_tokenization_spaces: false });
  }

  /** The text of tokens, without the special ones among them, and without ids that only the model has. */
  decode(ids: readonly number[]): string {
    const kept = ids.filter((id) =>
      !this.specialIds.has(id) && this.reader.library.id_to_token(id) !== undefined
    );
    return kept.length === 0 ? "" : this.reader.library.decode(kept, { clean_up_tokenization_spaces: false });
  }

  /** Whether an id is a special token ([PAD], [MASK], [UNK], …), which is not a word. */
  isSpecial(id: number): boolean {
    return this.specialIds.has(id) || id === this.unknownId;
  }

  /** The tokens that the post-processor puts around a text; if none, those that the configuration asks for. */
  private around(config: Json): SpecialsAround {
    const { prefix, suffix } = specialsAround(this.json.post_processor);
    if (prefix.length + suffix.length > 0) return { prefix, suffix };
    const asked = (end: "bos" | "eos") => {
      const token = config[`add_${end}_token`] === true ? contentOf(config[`${end}_token`]) : undefined;
      const id = token === undefined ? undefined : this.reader.library.token_to_id(token);
      return id === undefined ? [] : [id];
    };
    return { prefix: asked("bos"), suffix: asked("eos") };
  }
}

/** A token that `tokenizer.json` adds to its vocabulary, by its spelling in texts. */
export interface AddedToken {
  readonly content: string;
  /** Whether it is special: not a word. */
  readonly special: boolean;
}

/** An added token in a text. */
interface FoundToken {
  readonly token: { readonly content: string; readonly lstrip: boolean };
  readonly at: number;
}

const NO_TOKEN: FoundToken | undefined = undefined;

/** The largest of numbers, also of too many for the arguments of a call. */
function largest(numbers: Iterable<number>): number {
  let found = -Infinity;
  for (const one of numbers) found = Math.max(found, one);
  return found;
}
