import { TextLineStream } from "@std/streams/text-line-stream";
import { type Decoding, LineDecoder } from "../disk/decode_text.ts";
import { checkReadable, isGzip, unpack, withFileContext } from "./read_bytes.ts";
import type { Line } from "./rows.ts";
import { Utf8Doubt } from "./utf8_doubt.ts";

/**
 * The lines of a file, of a pipe, or of a stream, as they are read.
 *
 * @param source a file's path, or a stream such as standard input
 * @param path for messages
 * @param note takes a warning where the bytes are also valid UTF-8
 * @throws {InputError} where the file is missing or damaged, or a line is not text in this encoding
 */
export async function* linesIn(
  source: string | ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
  decoding: Decoding,
  note: (line: string) => void,
): AsyncGenerator<Line> {
  const decoder = new LineDecoder(path, decoding);
  const doubt = new Utf8Doubt(decoding.encoding);
  const decoded = async function* () {
    for await (const bytes of bytesOf(source, path)) {
      doubt.see(bytes);
      yield [...decoder.lines(bytes)].join("");
    }
    doubt.see(new Uint8Array());
    yield* decoder.end();
  };
  const byLine: TransformStream<string, string> = new TextLineStream({ allowCR: true });
  let line = 0;
  for await (const text of ReadableStream.from(decoded()).pipeThrough(byLine)) yield { line: ++line, text };
  const warning = doubt.warning(path);
  if (warning !== undefined) note(warning);
}

/** The bytes of a file, a pipe or a stream as they arrive, or all at once if they are gzip data. */
async function* bytesOf(
  source: string | ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
): AsyncGenerator<Uint8Array> {
  if (typeof source === "string") await checkReadable(source);
  const readable = typeof source === "string"
    ? (await withFileContext(source, () => Deno.open(source))).readable
    : source;
  const pieces = piecesOf(readable, path);
  try {
    let first = new Uint8Array();
    while (first.length < 2) {
      const { done, value } = await pieces.next();
      if (done) break;
      first = Uint8Array.from([...first, ...value]);
    }
    if (!isGzip(first)) yield first;
    else yield await unpack(await new Blob([first, ...await Array.fromAsync(pieces)]).bytes(), path);
    yield* pieces;
  } finally {
    await pieces.return(undefined);
  }
}

/** The chunks of a stream as they arrive; the stream is closed at the end. */
async function* piecesOf<Piece>(
  stream: ReadableStream<Piece>,
  path: string,
): AsyncGenerator<Piece, undefined> {
  const pieces = stream.values();
  try {
    while (true) {
      const { done, value } = await withFileContext(path, () => pieces.next());
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return?.();
  }
}
