import { must } from "./parquet_damage.ts";

/** The types of the compact protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const [STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const STRUCT = 12;

/** The deepest nesting of structures: Parquet's own is 6. */
const DEEPEST = 20;

/** The most bytes of a number: more would make the time to read it grow with their square. */
const LONGEST = 10;

/**
 * Checks a structure of Thrift's compact protocol before a library reads it: its numbers, lists and strings end within the bytes.
 *
 * @param bytes which the structure begins, and which may go on after it
 * @throws {ParquetDamage} where it is something else
 */
export function checkThrift(bytes: Uint8Array): void {
  afterStruct(bytes, 0, 1);
}

function afterStruct(bytes: Uint8Array, from: number, depth: number): number {
  must(depth <= DEEPEST, `its structures are nested more than ${DEEPEST} deep`);
  for (let at = from; at < bytes.length;) {
    const type = bytes[at]! & 0x0f;
    const hasOwnId = bytes[at++]! >> 4 === 0;
    if (type === STOP) return at;
    if (hasOwnId) at = afterNumber(bytes, at);
    at = type === TRUE || type === FALSE ? at : afterElement(bytes, at, type, depth);
  }
  must(false, "a structure is cut off");
}

/** The position after an element of a list or a field. */
function afterElement(bytes: Uint8Array, at: number, type: number, depth: number): number {
  switch (type) {
    case TRUE:
    case FALSE:
    case BYTE:
      return at + 1;
    case I16:
    case I32:
    case I64:
      return afterNumber(bytes, at);
    case DOUBLE:
      return at + 8;
    case BINARY: {
      const begin = afterNumber(bytes, at);
      return begin + unsigned(bytes, at, begin);
    }
    case LIST:
      return afterList(bytes, at, depth);
    case STRUCT:
      return afterStruct(bytes, at, depth + 1);
    default:
      must(false, `a field is of the type ${type}`);
  }
}

function afterList(bytes: Uint8Array, from: number, depth: number): number {
  must(from < bytes.length, "a list is cut off");
  const type = bytes[from]! & 0x0f;
  const short = bytes[from]! >> 4;
  let at = from + 1;
  let count = short;
  if (short === 15) {
    const begin = at;
    at = afterNumber(bytes, begin);
    count = unsigned(bytes, begin, at);
  }
  must(count <= bytes.length - at, `a list has ${count} elements in ${bytes.length - at} bytes`);
  for (let i = 0; i < count; i++) at = afterElement(bytes, at, type, depth + 1);
  return at;
}

function afterNumber(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! >= 0x80) at++;
  must(at < bytes.length && at - from < LONGEST, "a number is cut off or too long");
  return at + 1;
}

/** The value of an unsigned number. */
function unsigned(bytes: Uint8Array, from: number, end: number): number {
  return bytes.subarray(from, end).reduceRight((value, byte) => value * 128 + (byte & 0x7f), 0);
}
