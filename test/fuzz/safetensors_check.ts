import { parseDocument } from "yaml";

/** A tensor by its name in a file: `dtype`, `shape` and bytes. */
export type RawTensors = ReadonlyMap<string, RawTensor>;

export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BITS: Readonly<Record<string, bigint>> = {
  ...{ F4: 4n, F6_E2M3: 6n, F6_E3M2: 6n },
  ...{ BOOL: 8n, U8: 8n, I8: 8n, F8_E5M2: 8n, F8_E4M3: 8n, F8_E8M0: 8n },
  ...{ I16: 16n, U16: 16n, F16: 16n, BF16: 16n, I32: 32n, U32: 32n, F32: 32n },
  ...{ I64: 64n, U64: 64n, F64: 64n, C64: 64n },
};

/**
 * The tensors of a safetensors file by the letter of https://github.com/huggingface/safetensors#format, for small files: every
 * byte of the data is counted, and sizes are whole numbers of any length.
 *
 * @returns `undefined` where the file is not valid
 */
export function rawTensors(file: Uint8Array<ArrayBuffer>): RawTensors | undefined {
  if (file.length < 8) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(file.length - 8) || length > 100_000_000n) return undefined;
  const header = file.subarray(8, 8 + Number(length));
  const data = file.subarray(8 + Number(length));
  const { __metadata__: metadata = {}, ...entries } = contentOf(header) ?? { __metadata__: null };
  if (!isObject(metadata) || Object.values(metadata).some((one) => typeof one !== "string")) return undefined;
  const seen = new Uint8Array(data.length);
  const found = new Map<string, RawTensor>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!isObject(entry)) return undefined;
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(BITS, dtype)) return undefined;
    if (!areSizes(shape) || !areSizes(offsets) || offsets.length !== 2) return undefined;
    const [begin, end] = offsets as [number, number];
    if (begin > end || end > data.length) return undefined;
    const bits = shape.reduce((product, size) => product * BigInt(size), BITS[dtype]!);
    if (bits !== 8n * BigInt(end - begin)) return undefined;
    for (let at = begin; at < end; at++) seen[at]!++;
    found.set(name, { dtype, shape, bytes: data.slice(begin, end) });
  }
  return seen.every((times) => times === 1) ? found : undefined;
}

/** The numbers of a tensor, one by one; `undefined` where they are of a type that is not read. */
export function numbersOf({ dtype, bytes }: RawTensor): number[] | undefined {
  const view = new DataView(bytes.buffer);
  const each = (size: number, read: (at: number) => number) =>
    Array.from({ length: bytes.length / size }, (_, i) => read(i * size));
  if (dtype === "F32") return each(4, (at) => view.getFloat32(at, true));
  if (dtype === "F16") return each(2, (at) => view.getFloat16(at, true));
  if (dtype !== "BF16") return undefined;
  const wide = new DataView(new ArrayBuffer(4));
  return each(2, (at) => {
    wide.setUint16(0, view.getUint16(at, true));
    return wide.getFloat32(0);
  });
}

/** The object of a header that has each key once. */
function contentOf(header: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    const content: unknown = JSON.parse(text);
    const isPlain = text.startsWith("{") && text.replace(/ *$/, "").endsWith("}");
    // JSON.parse takes the last of several; to this library they are an error.
    const isOnce = parseDocument(text, { uniqueKeys: true, schema: "json", stringKeys: true }).errors
      .every(({ code }) => code !== "DUPLICATE_KEY");
    return isObject(content) && isPlain && isOnce ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
