import { assertEquals } from "@std/assert";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { readHeader } from "../../src/device/safetensors_header.ts";
import { jsonMutant } from "./json_mutants.ts";
import { type Mutation, mutations } from "./mutate.ts";
import { numbersOf, rawTensors } from "./safetensors_check.ts";
import type { Target } from "./target.ts";

/** Files of tensors: what is accepted is valid by another reading of the format, and what is valid is accepted. */
export const safetensors: Target = {
  seeds: () =>
    Promise.resolve(
      new Map([
        ["floats", fileOf(FLOATS, 28)],
        ["all types", fileOf({ ...FLOATS, ...OTHERS }, 45)],
      ]),
    ),
  mutate: safetensorsMutant,
  refusals: [RangeError],
  run: (bytes) => {
    const expected = rawTensors(bytes);
    checkHeader(bytes, expected !== undefined);
    const found = Object.entries(readSafetensors(bytes).tensors);
    for (const [name, { dims, data }] of found) {
      const raw = expected?.get(name);
      assertEquals(dims, raw?.shape);
      assertEquals([...data], raw && numbersOf(raw));
    }
    assertEquals(found.length, expected?.size);
    return Promise.resolve("read");
  },
};

/** A damaged copy of a safetensors file: its header's values are others, of the length that the file says, or its bytes. */
export function safetensorsMutant(bytes: Uint8Array, seed: number): Mutation {
  if (seed % 3 === 0) return mutations(bytes, seed).next().value;
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { what, value } = jsonMutant(JSON.parse(new TextDecoder().decode(bytes.subarray(8, end))), seed);
  return { what, bytes: withHeader(JSON.stringify(value) ?? "", bytes.subarray(end)) };
}

/** @throws what is no refusal of a file, or is one of a valid file */
function checkHeader(bytes: Uint8Array, isValid: boolean): void {
  let isAccepted = true;
  try {
    readHeader(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    isAccepted = false;
  }
  assertEquals(isAccepted, isValid, "a header is accepted where it is valid");
}

function withHeader(header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

function fileOf(header: Readonly<Record<string, unknown>>, size: number): Uint8Array<ArrayBuffer> {
  // Small numbers, whatever they are read as.
  return withHeader(JSON.stringify(header), Uint8Array.from({ length: size }, (_, i) => i));
}

const FLOATS = {
  __metadata__: { format: "pt" },
  prompt: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
  half: { dtype: "F16", shape: [3], data_offsets: [16, 22] },
  brain: { dtype: "BF16", shape: [1, 1, 1], data_offsets: [22, 24] },
  scalar: { dtype: "F32", shape: [], data_offsets: [24, 28] },
  empty: { dtype: "F32", shape: [3, 0], data_offsets: [28, 28] },
};

const OTHERS = {
  long: { dtype: "I64", shape: [1], data_offsets: [28, 36] },
  byte: { dtype: "U8", shape: [3], data_offsets: [36, 39] },
  quarter: { dtype: "F4", shape: [2, 3], data_offsets: [39, 42] },
  six: { dtype: "F6_E2M3", shape: [4], data_offsets: [42, 45] },
};
