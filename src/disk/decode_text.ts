import { InputError } from "../base/errors.ts";

/** More bytes than this do not fit one string. */
const MOST_BYTES = 2 ** 29 - 24;

/** So many bytes tell one form of UTF-16 from the other. */
const LOOKED_AT = 4096;

/** How bytes are read as text. */
export interface Decoding {
  /** A name of the Encoding Standard (https://encoding.spec.whatwg.org/); UTF-8 where this is left out. */
  readonly encoding?: string | undefined;
  /**
   * What a person can do where the bytes are of another encoding.
   *
   * @param guess the encoding that the bytes speak for
   */
  readonly wayOut: (guess: string | undefined) => string;
}

/** The way out for files that are always UTF-8. */
export const SAVE_AS_UTF8: Decoding = { wayOut: () => "save it as UTF-8" };

/**
 * Reads bytes as text; a byte order mark at their beginning is no part of it.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where the bytes are no such text: none is ever replaced
 */
export function decodeText(bytes: Uint8Array, path: string, decoding: Decoding): string {
  if (bytes.length > MOST_BYTES) {
    throw new InputError(
      `${path} is too large to be read at once (${
        Math.ceil(bytes.length / 1e6)
      } MB): split it into several files, or save it as .parquet`,
    );
  }
  checkMark(bytes, path, decoding);
  try {
    const text = decoderFor(decoding).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  // Line by line, to say which one is wrong.
  const decoder = new LineDecoder(path, decoding);
  return [...decoder.lines(bytes), ...decoder.end()].join("");
}

/** Reads bytes as text as they come, and stops at the first line that is none. */
export class LineDecoder {
  private readonly decoder: TextDecoder;
  /** The line that is being read, from 1, and the bytes that were seen first. */
  private line = 1;
  private first: Uint8Array | undefined;

  /** @param path for messages */
  constructor(private readonly path: string, private readonly decoding: Decoding) {
    this.decoder = decoderFor(decoding);
  }

  /**
   * The text of further bytes, in pieces that end where their lines do.
   *
   * @throws {InputError} naming the line, where they are no text in this encoding
   */
  *lines(bytes: Uint8Array): Generator<string> {
    if (this.first === undefined) checkMark(bytes, this.path, this.decoding);
    this.first ??= bytes.slice(0, LOOKED_AT);
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, from);
      const to = end < 0 ? bytes.length : end + 1;
      yield this.text(bytes.subarray(from, to), true);
      from = to;
      if (end >= 0) this.line++;
    }
  }

  /** What is left at the end. @throws {InputError} where a character is cut off */
  *end(): Generator<string> {
    yield this.text(new Uint8Array(), false);
  }

  private text(bytes: Uint8Array, stream: boolean): string {
    let text: string | undefined;
    try {
      text = this.decoder.decode(bytes, { stream });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (text !== undefined && !text.includes("\0")) return text;
    const guess = guessed(this.first ?? bytes);
    const encoding = this.decoder.encoding;
    const isOther = guess !== undefined && guess !== encoding;
    const place = `${this.path}:${this.line}`;
    if (text !== undefined && !isOther) {
      throw new InputError(`${place}: it holds a NUL character, as no text does: take it out`);
    }
    const what = isOther ? `it is ${guess}, not ${encoding}` : `its bytes are not ${encoding}`;
    throw new InputError(`${place}: ${what}: ${this.decoding.wayOut(guess)}`);
  }
}

const LINE_FEED = 0x0a;

/** @throws {InputError} where the encoding is none that is known */
function decoderFor({ encoding = "utf-8" }: Decoding): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new InputError(
      `the encoding '${encoding}' is not known: utf-8, utf-16le, windows-1252, gb18030 and shift_jis are`,
      { cause: error },
    );
  }
}

/** @throws {InputError} where a byte order mark speaks for another encoding: bytes may be text in several */
function checkMark(bytes: Uint8Array, path: string, decoding: Decoding): void {
  const mark = markOf(bytes);
  const encoding = decoderFor(decoding).encoding;
  if (mark === undefined || mark === encoding) return;
  throw new InputError(
    `${path} is ${mark}, not ${encoding}, by the byte order mark that it begins with: ${
      decoding.wayOut(mark)
    }`,
  );
}

/** https://encoding.spec.whatwg.org/#bom-sniff */
function markOf([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return a === 0xff && b === 0xfe ? "utf-16le" : undefined;
}

/** The encoding that bytes speak for: in UTF-16 one of two bytes is mostly 0, and the other is not. */
function guessed(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  const seen = bytes.subarray(0, LOOKED_AT);
  for (const [i, byte] of seen.entries()) if (byte === 0) zeros[i % 2]!++;
  const [even, odd] = zeros as [number, number];
  if (Math.max(even, odd) < seen.length / ZERO_IN_UTF16) return undefined;
  if (even > 0 && odd === 0) return "utf-16be";
  return odd > 0 && even === 0 ? "utf-16le" : undefined;
}

/** Of so many bytes of UTF-16 one is 0 at least: in tables in Chinese, too, delimiters, labels and line breaks are ASCII. */
const ZERO_IN_UTF16 = 8;
