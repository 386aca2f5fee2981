import { float32Tensor, type Tensor } from "./device.ts";
import { LENGTH_BYTES, readHeader, type TensorPlace } from "./safetensors_header.ts";

/** Tensors by name, and string metadata. */
export interface NamedTensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

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
 * @throws {RangeError} where the bytes are not a safetensors file, are truncated, or hold a tensor of another type than F32, F16
 *   or BF16, or a number that is not finite
 */
export function readSafetensors(file: Uint8Array): NamedTensors {
  const { places, metadata, start } = readHeader(file);
  const data = file.subarray(start);
  return {
    tensors: Object.fromEntries(places.map((place) => [place.name, tensorAt(place, data)])),
    metadata,
  };
}

/** @param data the bytes after the header */
function tensorAt({ name, dtype, shape, begin, end }: TensorPlace, data: Uint8Array): Tensor {
  const widen = FORMS.get(dtype);
  if (widen === undefined) {
    throw new RangeError(
      `'${name}' is of the type ${dtype}, and only ${[...FORMS.keys()].join(", ")} are read`,
    );
  }
  const numbers = widen(data.slice(begin, end).buffer);
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

/** The conversions of the types that are read to float32. */
const FORMS: ReadonlyMap<string, (bytes: ArrayBuffer) => Float32Array> = new Map([
  ["F32", (bytes: ArrayBuffer) => new Float32Array(bytes)],
  ["F16", (bytes: ArrayBuffer) => Float32Array.from(new Float16Array(bytes))],
  // A bfloat16 is the upper half of a float32.
  [
    "BF16",
    (bytes: ArrayBuffer) =>
      new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half << 16).buffer),
  ],
]);
