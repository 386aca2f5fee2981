import { Tokenizer as Library } from "@huggingface/tokenizers";
import { InputError, thrownMessage } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { forLibrary } from "./library_steps.ts";
import { isObject, type Json } from "./special_tokens.ts";
import { unlessFollowedBy } from "./tokenizer_steps.ts";

/** The placeholder of characters for which a tokenizer without an unknown token has no token. */
const LOST = "\u{10ffff}lost";

/** A `tokenizer.json` as @huggingface/tokenizers reads it. */
export class LibraryReader {
  readonly library: Library;
  private readonly leavesOut: boolean;
  private withoutUnknown: Library | undefined;

  /** @throws {InputError} where it needs something that the library lacks */
  constructor(private readonly json: Json) {
    const model = isObject(json.model) ? json.model : {};
    const isLossy = Array.isArray(model.merges) && typeof model.unk_token !== "string";
    this.leavesOut = isLossy && !model.end_of_word_suffix && !model.ignore_merges && !model.byte_fallback;
    this.library = opened(isLossy ? { ...json, model: { ...model, unk_token: LOST } } : json);
  }

  /**
   * The tokens of a text and their ids. BPE without an unknown token drops the characters that it does not know before
   * it merges others, as Hugging Face's own tokenizers do.
   *
   * @throws {InputError} where the tokenizer has neither a token for a part of it nor an unknown token, or cannot be used
   */
  read(text: string): { readonly ids: readonly number[]; readonly tokens: readonly string[] } {
    const read = encoded(this.library, text);
    const lacking = read.ids.findIndex((id) => !Number.isInteger(id));
    if (lacking < 0) return read;
    if (this.leavesOut) {
      this.withoutUnknown ??= opened(withoutUnknown(this.json));
      return encoded(this.withoutUnknown, text);
    }
    const token = read.tokens[lacking];
    throw new InputError(
      message`the model's tokenizer has no token for ${
        token === LOST ? "a character" : message`'${ofFile(token)}'`
      }, and none for unknown words, in "${ofFile(text.slice(0, 40))}"`,
    );
  }

  /** Whether there are tokens for all of a text, none of which has the given id. */
  knows(text: string, unknownId: number | undefined): boolean {
    return encoded(this.library, text).ids.every((id) => Number.isInteger(id) && id !== unknownId);
  }
}

/** @throws {InputError} where the library meets something in the tokenizer's file that it cannot use as it reads a text */
function encoded(library: Library, text: string): { ids: number[]; tokens: string[] } {
  try {
    return library.encode(text, { add_special_tokens: false });
  } catch (error) {
    throw new InputError(
      `the model's tokenizer.json cannot be used on "${text.slice(0, 40)}": ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function opened(json: Json): Library {
  try {
    // The library takes the unknown token of a vocabulary of whole words (WordLevel) from its second argument.
    const { unk_token } = isObject(json.model) ? json.model : {};
    return new Library(forLibrary(json), { unk_token });
  } catch (error) {
    throw new InputError(
      message`the model's tokenizer.json cannot be used: ${
        ofFile(thrownMessage(error))
      } (@huggingface/tokenizers has WordPiece, BPE, Unigram and WordLevel, but not every step around them)`,
      { cause: error },
    );
  }
}

/** The same tokenizer with an additional step, specific to the library, that removes characters without a token. */
function withoutUnknown(json: Json): Json {
  const vocab = isObject(json.model) && isObject(json.model.vocab) ? Object.keys(json.model.vocab) : [];
  const known = vocab.filter((token) => [...token].length === 1)
    .map((character) => `\\x{${character.codePointAt(0)!.toString(16)}}`);
  const unknown = known.length > 0 ? `[^${known.join("")}]` : "[\\s\\S]";
  return unlessFollowedBy(json, { type: "Replace", pattern: { Regex: unknown }, content: "" });
}
