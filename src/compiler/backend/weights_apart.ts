import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { INLINE_BYTES } from "../graph/constants.ts";

/** The kinds of messages of an ONNX file that contain tensors, by field number (onnx.proto). */
type Kind = "model" | "function" | "graph" | "node" | "attribute" | "tensor" | "raw data";

const NESTED: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: "graph", 25: "function" },
  function: { 7: "node" },
  graph: { 1: "node", 5: "tensor" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
  tensor: { 9: "raw data" },
  "raw data": {},
};

/** The fields of a tensor's location, and of an entry in the first of them. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;
const KEY = 1;
const VALUE = 2;

/** The longest varint, and the bits of a tag that hold the wire type. */
const VARINT_BYTES = 10;
const TAG_BITS = 3;

/** A coroutine that takes a file piece by piece, and returns its graph at the end. */
export type WeightsApart = Generator<void, Uint8Array<ArrayBuffer>, Uint8Array | undefined>;

/**
 * Splits the weights off an ONNX file while it is streamed, so that they are never in memory: the result is the same
 * file, with tensors of 256 bytes and more as external data at their place in the original file.
 *
 * After a first `next()` it takes the file piece by piece, each by `next(piece)`, which it does not keep, and at the end
 * `next(undefined)`.
 *
 * @param location the file's bare name
 * @throws {RangeError} where the bytes are not an ONNX file or are truncated
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { weightsApart } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const parts = weightsApart("model.onnx");
 * parts.next();
 * const file = await Deno.open(path);
 * for await (const piece of file.readable) parts.next(piece);
 * const graph = parts.next(undefined).value!;
 * assert(graph.length < 1e6);
 * ```
 */
export function* weightsApart(location: string): WeightsApart {
  const stream = new Stream();
  const parts: Uint8Array[] = [];
  while (yield* stream.hasMore()) parts.push(...yield* field(stream, "model", location));
  return joined(parts);
}

/** A field of a message, unchanged or with the tensors in it split off. */
function* field(stream: Stream, kind: Kind, location: string): Reading<Uint8Array[]> {
  const tag = yield* stream.varint();
  const within = NESTED[kind][Math.floor(tag.value / 2 ** TAG_BITS)];
  switch (tag.value % 2 ** TAG_BITS) {
    case WireType.Varint:
      return [tag.bytes, (yield* stream.varint()).bytes];
    case WireType.Bit64:
      return [tag.bytes, yield* stream.take(8)];
    case WireType.Bit32:
      return [tag.bytes, yield* stream.take(4)];
    case WireType.LengthDelimited: {
      const length = yield* stream.varint();
      if (within === undefined || length.value < INLINE_BYTES) {
        return [tag.bytes, length.bytes, yield* stream.take(length.value)];
      }
      if (within === "raw data") {
        const place = { location, offset: stream.position, length: length.value };
        yield* stream.skip(length.value);
        return [external(place)];
      }
      const end = stream.position + length.value;
      const parts: Uint8Array[] = [];
      while (stream.position < end) parts.push(...yield* field(stream, within, location));
      if (stream.position > end) throw new RangeError("a field ends after its message");
      return [tag.bytes, varintOf(parts.reduce((sum, part) => sum + part.length, 0)), ...parts];
    }
    default:
      throw new RangeError(`wire type ${tag.value % 2 ** TAG_BITS}`);
  }
}

/** The fields of a tensor with the location of its bytes: https://onnx.ai/onnx/repo-docs/ExternalData.html */
function external(place: Readonly<Record<string, string | number>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [key, value] of Object.entries(place)) {
    writer.tag(EXTERNAL_DATA, WireType.LengthDelimited).fork()
      .tag(KEY, WireType.LengthDelimited).string(key)
      .tag(VALUE, WireType.LengthDelimited).string(String(value))
      .join();
  }
  return writer.tag(DATA_LOCATION, WireType.Varint).int32(EXTERNAL).finish();
}

function varintOf(value: number): Uint8Array {
  return new BinaryWriter().uint32(value).finish();
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A step that may wait for further pieces of the file. */
type Reading<Result> = Generator<void, Result, Uint8Array | undefined>;

/** The file as far as it has been read. */
class Stream {
  private piece: Uint8Array = new Uint8Array();
  private at = 0;
  private before = 0;

  /** Bytes from the file's start. */
  get position(): number {
    return this.before + this.at;
  }

  /** Whether there is more. */
  *hasMore(): Reading<boolean> {
    while (this.at === this.piece.length) {
      const next = yield;
      if (next === undefined) return false;
      this.before += this.piece.length;
      this.piece = next;
      this.at = 0;
    }
    return true;
  }

  *take(length: number): Reading<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const part = yield* this.part(left);
      parts.push(part.slice());
      left -= part.length;
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  }

  *skip(length: number): Reading<void> {
    for (let left = length; left > 0;) left -= (yield* this.part(left)).length;
  }

  *varint(): Reading<{ readonly value: number; readonly bytes: Uint8Array }> {
    const bytes: number[] = [];
    let value = 0;
    do {
      if (bytes.length === VARINT_BYTES) throw new RangeError("a number has no end");
      const [byte] = yield* this.part(1);
      value += (byte! & 0x7f) * 2 ** (7 * bytes.length);
      bytes.push(byte!);
    } while (bytes.at(-1)! >= 0x80);
    return { value, bytes: Uint8Array.from(bytes) };
  }

  /** The available bytes, between one and `most`. */
  private *part(most: number): Reading<Uint8Array> {
    if (!(yield* this.hasMore())) throw new RangeError("the file is cut off");
    const part = this.piece.subarray(this.at, this.at + most);
    this.at += part.length;
    return part;
  }
}
