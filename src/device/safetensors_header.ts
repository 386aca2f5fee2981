import { parseJson, repeatedKey } from "../base/json_text.ts";

/** The place of a tensor in a safetensors file. */
export interface TensorPlace {
  readonly name: string;
  /** As the format names it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its bytes, counted from the header's end. */
  readonly begin: number;
  readonly end: number;
}

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly places: readonly TensorPlace[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The position of the byte after the header, from which the tensors' places are counted. */
  readonly start: number;
}

/** The header's length is in the file's first eight bytes. */
export const LENGTH_BYTES = 8;

/** The format's limit of the header's length. */
const LONGEST = 100_000_000;

/** The format's types, with the bits of an element. */
const DTYPES: ReadonlyMap<string, number> = new Map([
  ["F4", 4],
  ...["F6_E2M3", "F6_E3M2"].map((name) => [name, 6] as const),
  ...["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"].map((name) => [name, 8] as const),
  ...["I16", "U16", "F16", "BF16"].map((name) => [name, 16] as const),
  ...["I32", "U32", "F32"].map((name) => [name, 32] as const),
  ...["I64", "U64", "F64", "C64"].map((name) => [name, 64] as const),
]);

/**
 * Reads and checks the header of a safetensors file, as https://github.com/huggingface/safetensors#format has it: the tensors
 * have a known type and as many bytes as their shape takes, and lie one after the other from the header's end to the file's.
 *
 * @throws {RangeError} saying which tensor is wrong, or what else
 */
export function readHeader(file: Uint8Array): SafetensorsHeader {
  if (file.length < LENGTH_BYTES) throw invalid(`it has ${file.length} bytes`);
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  const rest = file.length - LENGTH_BYTES;
  if (length > rest) throw invalid(`its header is truncated (${length} bytes, and ${rest} are there)`);
  if (length > LONGEST) throw invalid(`its header has ${length} bytes, and at most ${LONGEST} are allowed`);
  const start = LENGTH_BYTES + Number(length);
  const { __metadata__: metadata = {}, ...entries } = contentOf(file.subarray(LENGTH_BYTES, start));
  if (!isTextByText(metadata)) throw invalid("its '__metadata__' is not an object of strings");
  const places = Object.entries(entries).map(([name, entry]) => placeOf(name, entry));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOrder(places, file.length - start);
  return { places, metadata, start };
}

/** @throws {RangeError} where tensors overlap, or leave bytes out */
function checkOrder(places: readonly TensorPlace[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of places) {
    if (end > size) throw invalid(`'${name}' is truncated (it ends at byte ${end} of ${size})`);
    if (begin < at) {
      throw invalid(`'${name}' overlaps another tensor (it begins at byte ${begin}, not ${at})`);
    }
    if (begin > at) throw invalid(`there are ${begin - at} bytes of no tensor in front of '${name}'`);
    at = end;
  }
  if (at < size) throw invalid(`there are ${size - at} bytes of no tensor at its end`);
}

function placeOf(name: string, entry: unknown): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const bits = typeof dtype === "string" ? DTYPES.get(dtype) : undefined;
  if (typeof dtype !== "string" || bits === undefined) {
    throw invalid(`'${name}' is of the type ${JSON.stringify(dtype)}, which the format does not have`);
  }
  if (!areSizes(shape)) throw invalid(`'${name}' has the shape ${JSON.stringify(shape)}`);
  const [begin, end] = areSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || begin > end) {
    throw invalid(`'${name}' has the data_offsets ${JSON.stringify(offsets)}`);
  }
  const size = shape.reduce((a, b) => a * b, bits) / 8;
  if (!Number.isSafeInteger(size) || end - begin !== size) {
    throw invalid(
      `'${name}' ${dtype} [${shape.join(", ")}] takes ${size} bytes, but the file has ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function contentOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let content: unknown;
  let repeated: string | undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    content = parseJson(text);
    repeated = repeatedKey(text);
  } catch (error) {
    throw invalid(`its header is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isRecord(content)) throw invalid("its header is not an object");
  if (bytes[0] !== OPEN || bytes.findLast((byte) => byte !== SPACE) !== CLOSE) {
    throw invalid("its header does not begin with { and end with }, after which only spaces may follow");
  }
  if (repeated !== undefined) throw invalid(`its header has the key '${repeated}' twice`);
  return content;
}

/** The bytes that a header begins with, ends with, and is padded with. */
const OPEN = "{".charCodeAt(0);
const CLOSE = "}".charCodeAt(0);
const SPACE = " ".charCodeAt(0);

function invalid(why: string): RangeError {
  return new RangeError(`not a safetensors file: ${why}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextByText(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((one) => typeof one === "string");
}

function areSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
