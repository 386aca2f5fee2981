import { InputError } from "../base/errors.ts";

/** The largest number of bytes that fit into one string. */
const MOST_BYTES = 2 ** 29 - 24;

/** The number of bytes that are inspected to distinguish the two forms of UTF-16. */
const LOOKED_AT = 4096;

/** The decoding of bytes as text. */
export interface Decoding {
  /** A name of the Encoding Standard (https://encoding.spec.whatwg.org/). */
  readonly encoding: string;
  /**
   * The way out where the bytes have another encoding.
   *
   * @param guess the encoding that the bytes suggest
   */
  readonly wayOut: (guess: string | undefined) => string;
}

/** The way out for files that are always UTF-8. */
export const SAVE_AS_UTF8: Decoding = { encoding: "utf-8", wayOut: () => "save it as UTF-8" };

/**
 * Reads bytes as text; a byte order mark at the start is not part of it.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where the bytes are not valid text: nothing is ever replaced
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
  // Line by line, to find the invalid one.
  const decoder = new LineDecoder(path, decoding);
  return [...decoder.lines(bytes), ...decoder.end()].join("");
}

/** Decodes bytes as they arrive, and stops at the first line that is not valid text. */
export class LineDecoder {
  private readonly decoder: TextDecoder;
  /** The current line, from 1, and the first bytes of the file. */
  private line = 1;
  private first: Uint8Array | undefined;

  /** @param path for messages */
  constructor(private readonly path: string, private readonly decoding: Decoding) {
    this.decoder = decoderFor(decoding);
  }

  /**
   * The text of further bytes, in pieces that end at line ends.
   *
   * @throws {InputError} naming the line, where they are not text in this encoding
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

  /** The remaining text at the end. @throws {InputError} where a character is incomplete */
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
      throw new InputError(`${place}: it contains a NUL character, which text must not: remove it`);
    }
    const what = isOther ? `it is ${guess}, not ${encoding}` : `its bytes are not ${encoding}`;
    throw new InputError(`${place}: ${what}: ${this.decoding.wayOut(guess)}`);
  }
}

const LINE_FEED = 0x0a;

/** @throws {InputError} where the encoding is unknown */
function decoderFor({ encoding }: Decoding): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new InputError(
      `the encoding '${encoding}' is unknown: use utf-8, utf-16le, windows-1252, gb18030 or shift_jis, for example`,
      { cause: error },
    );
  }
}

/** @throws {InputError} where a byte order mark indicates another encoding: bytes can be valid text in several */
function checkMark(bytes: Uint8Array, path: string, decoding: Decoding): void {
  const mark = markOf(bytes);
  const encoding = decoderFor(decoding).encoding;
  if (mark === undefined || mark === encoding) return;
  throw new InputError(
    `${path} is ${mark}, not ${encoding}, according to its byte order mark: ${decoding.wayOut(mark)}`,
  );
}

/** https://encoding.spec.whatwg.org/#bom-sniff */
function markOf([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return a === 0xff && b === 0xfe ? "utf-16le" : undefined;
}

/** The encoding that bytes suggest: in UTF-16 one of two bytes is mostly 0, and the other is not. */
function guessed(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  const seen = bytes.subarray(0, LOOKED_AT);
  for (const [i, byte] of seen.entries()) if (byte === 0) zeros[i % 2]!++;
  const [even, odd] = zeros as [number, number];
  if (Math.max(even, odd) < seen.length / ZERO_IN_UTF16) return undefined;
  if (even > 0 && odd === 0) return "utf-16be";
  return odd > 0 && even === 0 ? "utf-16le" : undefined;
}

/** In UTF-16, at least one of this many bytes is 0: delimiters, labels and line breaks are ASCII even in Chinese tables. */
const ZERO_IN_UTF16 = 8;
