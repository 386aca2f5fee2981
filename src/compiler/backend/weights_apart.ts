import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { checkBudget } from "../graph/budget.ts";
import { INLINE_BYTES } from "../graph/constants.ts";
import { joined } from "./wire.ts";

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
const DEFAULT = 0;
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
 * @throws {CompileError} where it has more nodes and weights, or graphs within graphs, than the compiler works on
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
  const splitter = new Splitter(stream, location);
  while (yield* stream.hasMore()) yield* splitter.field("model", 0);
  return joined(splitter.parts);
}

/** Copies the fields of a file but for the bytes of large tensors. */
class Splitter {
  /** What has been copied. */
  readonly parts: Uint8Array[] = [];
  private elements = 0;

  constructor(private readonly stream: Stream, private readonly location: string) {}

  /**
   * Copies a field of a message, unchanged or with the tensors in it split off.
   *
   * @param depth the number of graphs around it
   * @returns the number of bytes that it takes in the copy
   */
  *field(kind: Kind, depth: number): Reading<number> {
    const { stream } = this;
    const tag = yield* stream.varint();
    const number = Math.floor(tag.value / 2 ** TAG_BITS);
    const within = NESTED[kind][number];
    switch (tag.value % 2 ** TAG_BITS) {
      case WireType.Varint: {
        const { value, bytes } = yield* stream.varint();
        // In a file that says what it need not say, this would stand after the new location, and count.
        const isDefault = kind === "tensor" && number === DATA_LOCATION && value === DEFAULT;
        return isDefault ? 0 : this.copy(tag.bytes, bytes);
      }
      case WireType.Bit64:
        return this.copy(tag.bytes, yield* stream.take(8));
      case WireType.Bit32:
        return this.copy(tag.bytes, yield* stream.take(4));
      case WireType.LengthDelimited: {
        if (within === "node" || within === "tensor") {
          checkBudget("nodes and weights in its file", ++this.elements, this.location);
        }
        const length = yield* stream.varint();
        if (within === undefined || length.value < INLINE_BYTES) {
          return this.copy(tag.bytes, length.bytes, yield* stream.take(length.value));
        }
        if (within === "raw data") {
          const place = { location: this.location, offset: stream.position, length: length.value };
          yield* stream.skip(length.value);
          return this.copy(external(place));
        }
        const inner = depth + (within === "graph" ? 1 : 0);
        checkBudget("graphs within graphs", inner, this.location);
        return yield* this.message(tag.bytes, within, stream.position + length.value, inner);
      }
      default:
        throw new RangeError(
          `a field has the wire type ${tag.value % 2 ** TAG_BITS}, which protobuf does not define`,
        );
    }
  }

  /** Copies a message that may hold large tensors, up to its end in the file. */
  private *message(tag: Uint8Array, kind: Kind, end: number, depth: number): Reading<number> {
    // Its length is known when its fields have been copied.
    const at = this.parts.push(tag, new Uint8Array()) - 1;
    let size = 0;
    while (this.stream.position < end) size += yield* this.field(kind, depth);
    if (this.stream.position > end) throw new RangeError("a field ends after its message");
    const length = varintOf(size);
    this.parts[at] = length;
    return tag.length + length.length + size;
  }

  private copy(...parts: readonly Uint8Array[]): number {
    let size = 0;
    for (const part of parts) {
      this.parts.push(part);
      size += part.length;
    }
    return size;
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
