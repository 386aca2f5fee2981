import { float32Tensor, type Tensor } from "./device.ts";
import { thrownMessage } from "../base/errors.ts";

/** Tensors by name, and string metadata. */
export interface NamedTensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The header's length is in the file's first eight bytes. */
const LENGTH_BYTES = 8;

/** Writes float32 tensors as a safetensors file (https://github.com/huggingface/safetensors#format). */
export function writeSafetensors({ tensors, metadata }: NamedTensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { dims, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape: dims, data_offsets: [end, end += data.byteLength] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES).fill(" ".charCodeAt(0));
  bytes.set(text);
  const file = new Uint8Array(LENGTH_BYTES + bytes.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, LENGTH_BYTES);
  let at = LENGTH_BYTES + bytes.length;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads the tensors of a safetensors file, as float32.
 *
 * @throws {RangeError} where the bytes are not a safetensors file, are truncated, or contain a number that is not finite
 */
export function readSafetensors(file: Uint8Array): NamedTensors {
  if (file.length < LENGTH_BYTES) throw invalid(`${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (start > file.length) throw invalid("its header is truncated");
  const { __metadata__ = {}, ...entries } = headerOf(file.subarray(LENGTH_BYTES, start));
  const tensors = Object.entries(entries).map(([name, entry]) =>
    [name, tensorOf(name, entry, file.subarray(start))] as const
  );
  if (!isRecord(__metadata__)) throw invalid("its '__metadata__' is not an object");
  const metadata = Object.entries(__metadata__).map(([key, value]) => [key, String(value)]);
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(metadata) };
}

function invalid(why: string): RangeError {
  return new RangeError(`not a safetensors file: ${why}`);
}

function headerOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`its header is not JSON (${thrownMessage(error)})`);
  }
  if (!isRecord(header)) throw invalid("its header is not an object");
  return header;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

/** @param data the bytes after the header */
function tensorOf(name: string, entry: unknown, data: Uint8Array): Tensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const form = FORMS.get(String(dtype));
  if (form === undefined) throw invalid(`'${name}' is ${dtype}, not F32, F16 or BF16`);
  if (!areSizes(shape) || !areSizes(offsets)) throw invalid(`'${name}' has no valid shape`);
  const [from, to] = offsets;
  const size = shape.reduce((a, b) => a * b, form.bytes);
  if (to === undefined || to > data.length) throw invalid(`'${name}' is truncated`);
  if (to - from! !== size) {
    throw invalid(`'${name}' [${shape.join(", ")}] takes ${size} bytes, but the file has ${to - from!}`);
  }
  const numbers = form.widen(data.slice(from, to).buffer);
  const bad = numbers.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new RangeError(`'${name}' holds ${numbers[bad]} at [${placeOf(bad, shape).join(", ")}]`);
  }
  return float32Tensor(numbers, shape);
}

/** The indices of an element, axis by axis. */
function placeOf(element: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = element;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

/** The supported types: the bytes per number, and the conversion to float32. */
const FORMS: ReadonlyMap<string, { bytes: number; widen: (bytes: ArrayBuffer) => Float32Array }> = new Map([
  ["F32", { bytes: 4, widen: (bytes: ArrayBuffer) => new Float32Array(bytes) }],
  ["F16", { bytes: 2, widen: (bytes: ArrayBuffer) => Float32Array.from(new Float16Array(bytes)) }],
  // A bfloat16 is the upper half of a float32.
  ["BF16", {
    bytes: 2,
    widen: (bytes: ArrayBuffer) =>
      new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer),
  }],
]);
