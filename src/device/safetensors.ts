import { float32Tensor, type Tensor } from "./device.ts";

/** Tensors by name, and strings about them. */
export interface NamedTensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The header's length stands in the file's first eight bytes. */
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
 * @throws {RangeError} where the bytes are no such file or it is cut off
 */
export function readSafetensors(file: Uint8Array): NamedTensors {
  const broken = (why: string) => new RangeError(`not a safetensors file: ${why}`);
  if (file.length < LENGTH_BYTES) throw broken(`${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true)), start = LENGTH_BYTES + length;
  if (start > file.length) throw broken("its header is cut off");
  const header = parseHeader(file.subarray(LENGTH_BYTES, start), broken);
  const { __metadata__, ...entries } = header;
  const tensors = Object.entries(entries).map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
    const widen = WIDENED[dtype];
    if (widen === undefined) throw broken(`'${name}' is ${dtype}, not F32, F16 or BF16`);
    if (start + to > file.length) throw broken(`'${name}' is cut off`);
    return [name, float32Tensor(widen(file.slice(start + from, start + to).buffer), shape)];
  });
  return {
    tensors: Object.fromEntries(tensors),
    metadata: (__metadata__ ?? {}) as unknown as Record<string, string>,
  };
}

function parseHeader(
  bytes: Uint8Array,
  broken: (why: string) => RangeError,
): Record<string, HeaderEntry> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw broken("its header is not JSON in UTF-8");
  }
}

/** Numbers of the types that a tensor may have, as float32. */
const WIDENED: Readonly<Record<string, (bytes: ArrayBuffer) => Float32Array>> = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => Float32Array.from(new Float16Array(bytes)),
  // A bfloat16 is the upper half of a float32.
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer),
};

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}
