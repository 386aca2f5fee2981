/** A value of Thrift's compact protocol: fields by their ids, lists, 32-bit and 64-bit integers and bytes. */
type Thrift =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Thrift[]
  | { readonly [id: number]: Thrift | undefined };

/** What a made-up Parquet file of one required column of byte strings says, true or not. */
export interface MadeUpFile {
  readonly rows?: bigint;
  readonly groupRows?: bigint;
  readonly chunkValues?: bigint;
  /** 0: none, 6: zstd */
  readonly codec?: number;
  /** Of the format's enumeration; 0: required, 1: optional. */
  readonly repetition?: number;
  readonly path?: string;
  /** The headers of the pages, each with what follows it. */
  readonly pages: readonly (readonly [header: Thrift, page: Uint8Array])[];
}

/** A Parquet file of one column `text`: https://parquet.apache.org/docs/file-format/ */
export function parquetFile(
  {
    rows = 2n,
    groupRows = rows,
    chunkValues = groupRows,
    codec = 0,
    repetition = 0,
    path = "text",
    pages,
  }: MadeUpFile,
): Uint8Array<ArrayBuffer> {
  const mark = new TextEncoder().encode("PAR1");
  const chunk = joined(pages.flatMap(([header, page]) => [encoded(header), page]));
  const size = BigInt(chunk.length);
  const meta = { 1: 6, 2: [0], 3: [path], 4: codec, 5: chunkValues, 6: size, 7: size, 9: 4n };
  const footer = encoded({
    1: 1,
    2: [{ 4: "root", 5: 1 }, { 1: 6, 3: repetition, 4: "text" }],
    3: rows,
    4: [{ 1: [{ 2: 4n, 3: meta }], 2: size, 3: groupRows }],
  });
  return parquetOf(joined([mark, chunk]), footer);
}

/** A file with any footer. @param begin the bytes before it */
export function parquetOf(begin: Uint8Array, footer: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(Uint32Array.of(footer.length).buffer);
  return joined([begin, footer, length, new TextEncoder().encode("PAR1")]);
}

/** The header of a data page and the page. @param encoding 0: plain, 7: prefixes, 8: dictionary */
export function dataPage(
  page: Uint8Array,
  { values = 2, encoding = 0, size = page.length, packed = page.length, crc }: {
    readonly values?: number;
    readonly encoding?: number;
    readonly size?: number;
    readonly packed?: number;
    readonly crc?: number;
  } = {},
): readonly [Thrift, Uint8Array] {
  return [{ 1: 0, 2: size, 3: packed, 4: crc, 5: { 1: values, 2: encoding, 3: 3, 4: 3 } }, page];
}

/** Byte strings with their lengths in front. */
export function plain(...texts: readonly string[]): Uint8Array {
  return joined(texts.flatMap((text) => {
    const bytes = new TextEncoder().encode(text);
    return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
  }));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
export function encoded(value: Thrift): Uint8Array {
  return Uint8Array.from(bytesOf(value));
}

function bytesOf(value: Thrift): number[] {
  if (typeof value === "number" || typeof value === "bigint") return varint(zigzag(BigInt(value)));
  if (typeof value === "string") return bytesOf(new TextEncoder().encode(value));
  if (value instanceof Uint8Array) return [...varint(BigInt(value.length)), ...value];
  if (isList(value)) {
    return [0xf0 | typeOf(value[0]!), ...varint(BigInt(value.length)), ...value.flatMap(bytesOf)];
  }
  const fields = Object.entries(value).flatMap(([id, field]) =>
    field === undefined ? [] : [typeOf(field), ...varint(zigzag(BigInt(id))), ...bytesOf(field)]
  );
  return [...fields, 0];
}

function isList(value: Thrift): value is readonly Thrift[] {
  return Array.isArray(value);
}

function typeOf(value: Thrift): number {
  if (typeof value === "number") return 5;
  if (typeof value === "bigint") return 6;
  if (typeof value === "string" || value instanceof Uint8Array) return 8;
  return isList(value) ? 9 : 12;
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value;
}

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}
