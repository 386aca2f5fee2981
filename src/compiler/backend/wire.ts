/**
 * The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/), as far as graphs need it that are changed in a page,
 * where no library of protobuf is loaded.
 *
 * @module
 */

/** A field of a message. */
export interface Field {
  readonly number: number;
  /** A whole number, or the bytes of a text, a message or packed numbers; `undefined` for numbers of a fixed size, which are not read. */
  readonly value: number | Uint8Array | undefined;
  /** All of the field, its tag included. */
  readonly bytes: Uint8Array;
}

/** The ways in which values are written. */
const WIRE = { varint: 0, bit64: 1, lengthDelimited: 2, bit32: 5 } as const;

/** The bits of a tag that hold the wire type. */
const TAG_BITS = 3;

/** The longest varint, in bytes. */
const VARINT_BYTES = 10;

/**
 * The fields of a message in their order, as views.
 *
 * @throws {RangeError} where the bytes are not a message
 */
export function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const reader = { message, at: 0 };
  while (reader.at < message.length) {
    const start = reader.at;
    const tag = readVarint(reader);
    const value = readValue(reader, tag % 2 ** TAG_BITS);
    if (reader.at > message.length) throw new RangeError("a field ends after its message");
    fields.push({
      number: Math.floor(tag / 2 ** TAG_BITS),
      value,
      bytes: message.subarray(start, reader.at),
    });
  }
  return fields;
}

interface Reader {
  readonly message: Uint8Array;
  at: number;
}

function readValue(reader: Reader, wire: number): Field["value"] {
  switch (wire) {
    case WIRE.varint:
      return readVarint(reader);
    case WIRE.lengthDelimited: {
      const length = readVarint(reader);
      const start = reader.at;
      reader.at += length;
      return reader.message.subarray(start, reader.at);
    }
    case WIRE.bit64:
      reader.at += 8;
      return undefined;
    case WIRE.bit32:
      reader.at += 4;
      return undefined;
    default:
      throw new RangeError(`a field has the wire type ${wire}, which is not read`);
  }
}

function readVarint(reader: Reader): number {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES; i++) {
    const byte = reader.message[reader.at++];
    if (byte === undefined) throw new RangeError("a number has no end");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value;
  }
  throw new RangeError("a number has no end");
}

/** The whole numbers of a field that is repeated: packed or one by one. */
export function wholeNumbers({ value }: Field): readonly number[] {
  if (typeof value === "number") return [value];
  if (value === undefined) throw new RangeError("a field is not of whole numbers");
  const reader = { message: value, at: 0 };
  const numbers: number[] = [];
  while (reader.at < value.length) numbers.push(readVarint(reader));
  return numbers;
}

/** The bytes of a field that holds a text or a message. */
export function bytesOf({ number, value }: Field): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new RangeError(`field ${number} holds no text and no message`);
}

/** The text of a field. */
export function textOf(field: Field): string {
  return new TextDecoder().decode(bytesOf(field));
}

/** A field with a message, a text or a whole number. */
export function field(number: number, value: Uint8Array | string | number): Uint8Array {
  if (typeof value === "number") {
    return joined([varint(number * 2 ** TAG_BITS + WIRE.varint), varint(value)]);
  }
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([varint(number * 2 ** TAG_BITS + WIRE.lengthDelimited), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; bytes.length === 0 || left > 0; left = Math.floor(left / 0x80)) {
    bytes.push(left % 0x80 + (left >= 0x80 ? 0x80 : 0));
  }
  return Uint8Array.from(bytes);
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
