import type { PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { crc32 } from "node:zlib";
import { CODECS } from "./parquet_codecs.ts";
import { isSize, must, ParquetTooLarge } from "./parquet_damage.ts";
import type { ColumnChunk } from "./parquet_footer.ts";
import { checkThrift } from "./parquet_thrift.ts";
import { checkDeltas, checkPrefixes, checkRuns } from "./parquet_runs.ts";

/** The largest size of all pages that are read, unpacked, in bytes. */
const MOST_UNPACKED = 2 ** 30;

/** A data page, of either version of its header, unpacked. */
interface DataPage {
  readonly values: number;
  readonly encoding: string;
  /** The levels, whose lengths are known, and the bytes of the values; version 1 has all of them in `content`. */
  readonly repetition?: Uint8Array;
  readonly definition?: Uint8Array;
  readonly content: Uint8Array;
  /** What the header says, where it does. */
  readonly nulls?: number;
}

/** What is read so far of a column's part of a row group. */
interface Progress {
  values: number;
  rows: number;
  dictionary: number | undefined;
}

/**
 * Checks the pages of columns before a library reads them, which believes what their headers say: sizes, numbers of values, levels
 * and places in the dictionary (https://parquet.apache.org/docs/file-format/data-pages/). Nothing larger is unpacked than the
 * limit, and nothing that is unpacked is kept.
 *
 * @param bytes the whole file
 * @throws {ParquetDamage} naming the column
 * @throws {ParquetTooLarge} where the pages unpack to more than the limit
 */
export function checkPages(bytes: Uint8Array, chunks: readonly ColumnChunk[]): void {
  let left = MOST_UNPACKED;
  for (const chunk of chunks) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + chunk.begin, chunk.end - chunk.begin);
    const reader = { view, offset: 0 };
    const done: Progress = { values: 0, rows: 0, dictionary: undefined };
    const all = Number(chunk.meta.num_values);
    // The library reads pages of nested values to the end, and others as long as rows are missing.
    const isFlat = chunk.elements.length === 1 && chunk.elements[0]!.repetition_type !== "REPEATED";
    while (isFlat ? done.values < all : reader.offset < view.byteLength - 1) {
      checkThrift(
        new Uint8Array(view.buffer, view.byteOffset + reader.offset, view.byteLength - reader.offset),
      );
      const header = parquetHeader(reader);
      const { compressed_page_size: packed, uncompressed_page_size: unpacked, crc } = header;
      must(isSize(packed, view.byteLength - reader.offset), `a page has ${packed} bytes`);
      must(isSize(unpacked, 2 ** 31), `a page has ${unpacked} bytes when unpacked`);
      left -= unpacked;
      if (left < 0) throw new ParquetTooLarge(`it unpacks to more than ${MOST_UNPACKED / 2 ** 20} MiB`);
      const page = new Uint8Array(view.buffer, view.byteOffset + reader.offset, packed);
      reader.offset += packed;
      must(
        crc === undefined || crc >>> 0 === crc32(page),
        "a page has another checksum than its header says",
      );
      checkPage(page, header, chunk, done, MOST_UNPACKED);
    }
    must(done.values === all, `its pages have ${done.values} values, and its footer says ${all}`);
    must(done.rows === chunk.rows, `its pages have ${done.rows} rows, and its footer says ${chunk.rows}`);
  }
}

function checkPage(
  page: Uint8Array,
  header: PageHeader,
  chunk: ColumnChunk,
  done: Progress,
  budget: number,
): void {
  const { dictionary_page_header: dictionary, uncompressed_page_size: size } = header;
  if (header.type === "DICTIONARY_PAGE") {
    must(dictionary !== undefined && done.values === 0, "its dictionary is not in front of its data");
    const content = decompressPage(page, size, chunk.meta.codec, CODECS);
    checkPlain(content, dictionary.num_values, chunk);
    done.dictionary = dictionary.num_values;
    return;
  }
  const data = dataPage(page, header, chunk);
  const { values } = data;
  must(isSize(values, Number(chunk.meta.num_values) - done.values), `a page has ${values} values`);
  done.values += values;
  const repeated = chunk.elements.filter((one) => one.repetition_type === "REPEATED").length;
  const defined = chunk.elements.filter((one) => one.repetition_type !== "REQUIRED").length;
  let { content } = data;
  const levels = (most: number, given: Uint8Array | undefined, counted: number): number => {
    if (most === 0) return values;
    const [own, rest] = given === undefined ? lengthFirst(content) : [given, content];
    content = rest;
    return checkRuns(own, { width: bitsOf(most), count: values, most }, counted);
  };
  done.rows += levels(repeated, data.repetition, 0);
  const present = levels(defined, data.definition, defined);
  must(data.nulls === undefined || present === values - data.nulls, `a page has ${data.nulls} empty values`);
  checkValues(content, data.encoding, present, chunk, done.dictionary, budget);
}

/** A data page by its header, unpacked. */
function dataPage(page: Uint8Array, header: PageHeader, { meta: { codec } }: ColumnChunk): DataPage {
  const { type, data_page_header: one, data_page_header_v2: two, uncompressed_page_size: size } = header;
  if (type === "DATA_PAGE" && one !== undefined) {
    return {
      values: one.num_values,
      encoding: one.encoding,
      content: decompressPage(page, size, codec, CODECS),
    };
  }
  must(type === "DATA_PAGE_V2" && two !== undefined, `it has a page of the kind ${type}`);
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = two;
  const most = Math.min(page.length, size);
  must(isSize(first, most) && isSize(second, most - first), `its levels have ${first} and ${second} bytes`);
  const packed = page.subarray(first + second);
  return {
    values: two.num_values,
    nulls: two.num_nulls,
    encoding: two.encoding,
    repetition: page.subarray(0, first),
    definition: page.subarray(first, first + second),
    content: two.is_compressed === false
      ? packed
      : decompressPage(packed, size - first - second, codec, CODECS),
  };
}

function checkValues(
  content: Uint8Array,
  encoding: string,
  count: number,
  chunk: ColumnChunk,
  dictionary: number | undefined,
  budget: number,
): void {
  const isBoolean = chunk.meta.type === "BOOLEAN";
  if (count === 0) return;
  if (encoding === "PLAIN") checkPlain(content, count, chunk);
  else if (encoding === "RLE" && isBoolean) {
    checkRuns(lengthFirst(content)[0], { width: 1, count, most: 1 });
  } else if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") {
    must(dictionary !== undefined, "it has no dictionary");
    must(content.length > 0, "a page has no values");
    checkRuns(content.subarray(1), { width: content[0]!, count, most: dictionary - 1 });
  } else if (encoding === "DELTA_BYTE_ARRAY") checkPrefixes(content, count, budget);
  else if (encoding === "DELTA_BINARY_PACKED" || encoding === "DELTA_LENGTH_BYTE_ARRAY") {
    checkDeltas(content, count);
  } else {
    must(encoding === "BYTE_STREAM_SPLIT", `its values are encoded as ${encoding}`);
    must(count * widthOf(chunk) <= content.length, `a page of ${content.length} bytes has ${count} values`);
  }
}

/** Checks values one after the other, byte strings with their lengths in front. */
function checkPlain(content: Uint8Array, count: number, chunk: ColumnChunk): void {
  must(isSize(count, 8 * content.length), `a page of ${content.length} bytes has ${count} values`);
  if (chunk.meta.type !== "BYTE_ARRAY") {
    must(count * widthOf(chunk) <= content.length, `a page of ${content.length} bytes has ${count} values`);
    return;
  }
  let rest = content;
  for (let i = 0; i < count; i++) [, rest] = lengthFirst(rest);
}

/** The bytes of a value, of numbers and of byte strings of fixed length. */
function widthOf({ meta: { type }, elements }: ColumnChunk): number {
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? elements.at(-1)?.type_length : WIDTHS[type];
  must(width !== undefined && width > 0, `its values of the type ${type} have ${width} bytes`);
  return width;
}

/** https://parquet.apache.org/docs/file-format/types/ */
const WIDTHS: Readonly<Partial<Record<string, number>>> = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
};

/** Bytes with their length in front, and those after them. */
function lengthFirst(bytes: Uint8Array): readonly [own: Uint8Array, rest: Uint8Array] {
  must(bytes.length >= 4, "a page is cut off");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  must(length <= bytes.length - 4, `a page has ${length} bytes where ${bytes.length - 4} are left`);
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

/** The number of bits of a level. */
function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}
