import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { isSize, must, ParquetTooLarge } from "./parquet_damage.ts";

/** The number of values in a bit-packed group. */
const GROUP = 8;

/**
 * Checks values in the run-length and bit-packing hybrid encoding without storing them, as
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE has it: no run has more values than are left.
 *
 * @param bytes of the runs, without a length in front
 * @param width the number of bits of a value
 * @param count the number of values
 * @param most the largest value
 * @param counted a value that is counted
 * @returns how often that value occurs
 * @throws {ParquetDamage} where the runs hold something else
 */
export function checkRuns(
  bytes: Uint8Array,
  { width, count, most }: { readonly width: number; readonly count: number; readonly most: number },
  counted = most,
): number {
  must(width <= 32, `its values have ${width} bits`);
  let at = 0;
  let found = 0;
  const see = (value: number, times: number) => {
    must(value <= most, `it holds the value ${value}, and ${most} is the largest`);
    if (value === counted) found += times;
  };
  for (let left = count; left > 0;) {
    const header = varint(bytes, at);
    at = header.end;
    const values = header.value >>> 1;
    if (header.value % 2 === 0) {
      must(values <= left, `a run has ${values} values, and ${left} are left`);
      const size = Math.ceil(width / 8);
      must(at + size <= bytes.length, "a run is cut off");
      if (values > 0) see(littleEndian(bytes, at, size), values);
      at += size;
      left -= values;
    } else {
      const here = Math.min(values * GROUP, left);
      must(at + Math.ceil(here * width / 8) <= bytes.length, "a run is cut off");
      // Writers fill the last groups up.
      must(values <= left + bytes.length, `a run has ${values * GROUP} values, and ${left} are left`);
      for (let i = 0; i < here; i++) see(bitsAt(bytes, at * 8 + i * width, width), 1);
      at += values * width;
      left -= here;
    }
  }
  return found;
}

/**
 * Checks strings of which each repeats the beginning of the one before: their length together may be far more than their bytes.
 *
 * @param bytes of a page's values: https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTASTRING
 * @param count the number of strings
 * @param budget the largest number of bytes that they may have together
 * @throws {ParquetDamage} where a string repeats more than there is
 * @throws {ParquetTooLarge} where they have more bytes
 */
export function checkPrefixes(bytes: Uint8Array, count: number, budget: number): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const [prefixes, rests] = [new Int32Array(count), new Int32Array(count)];
  for (const lengths of [prefixes, rests]) {
    checkDeltas(bytes.subarray(reader.offset), count);
    deltaBinaryUnpack(reader, count, lengths);
  }
  let before = 0;
  let all = 0;
  for (const [i, prefix] of prefixes.entries()) {
    must(isSize(prefix, before) && isSize(rests[i], bytes.length), "a string repeats more than there is");
    before = prefix + rests[i]!;
    all += before;
    if (all > budget) throw new ParquetTooLarge(`its strings have more than ${budget} bytes`);
  }
}

/**
 * Checks the header of delta-encoded integers.
 *
 * @param bytes https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
 * @throws {ParquetDamage} where it names other sizes than the format allows, or another number of values
 */
export function checkDeltas(bytes: Uint8Array, count: number): void {
  const block = varint(bytes, 0);
  const parts = varint(bytes, block.end);
  const values = varint(bytes, parts.end);
  const each = block.value / parts.value;
  must(
    Number.isInteger(each) && each % 32 === 0 && block.value <= MOST_IN_BLOCK && parts.value <= bytes.length,
    `a block has ${block.value} values in ${parts.value} parts`,
  );
  must(values.value === count, `it has ${values.value} values, and its page has ${count}`);
}

/** Writers have blocks of 128. */
const MOST_IN_BLOCK = 1 << 20;

/** https://en.wikipedia.org/wiki/LEB128#Unsigned_LEB128, up to 32 bits */
function varint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[from + i];
    must(byte !== undefined, "a number is cut off");
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      must(value < 2 ** 32, `a number is ${value}`);
      return { value, end: from + i + 1 };
    }
  }
  must(false, "a number has more than 32 bits");
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

/** A value of some bits, the lowest first, which may begin within a byte. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  for (let have = 0; have < width;) {
    const inByte = (bit + have) % 8;
    const take = Math.min(8 - inByte, width - have);
    value += (bytes[Math.floor((bit + have) / 8)]! >>> inByte & (1 << take) - 1) * 2 ** have;
    have += take;
  }
  return value;
}
