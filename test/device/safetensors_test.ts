import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { float32Tensor } from "../../src/device/device.ts";
import { readSafetensors, writeSafetensors } from "../../src/device/safetensors.ts";
import { mutations } from "../fuzz/mutate.ts";

const named = {
  tensors: {
    prompt: float32Tensor(Float32Array.of(1, -2, 3.5, 0), [2, 2]),
    bias: float32Tensor(Float32Array.of(7), [1]),
  },
  metadata: { format: "test", name: "söft" },
};

Deno.test("tensors and metadata come back as they were written", () => {
  assertEquals(readSafetensors(writeSafetensors(named)), named);
});

Deno.test("the file is laid out as the format says", () => {
  const file = writeSafetensors(named);
  const view = new DataView(file.buffer);
  const length = Number(view.getBigUint64(0, true));
  assertEquals(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  assertEquals(header.prompt, { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
  assertEquals(header.bias.data_offsets, [16, 20]);
  assertEquals(view.getFloat32(8 + length + 8, true), 3.5);
  assertEquals(file.length, 8 + length + 20);
});

Deno.test("a truncated file or one of another format is refused", () => {
  const file = writeSafetensors(named);
  assertThrows(() => readSafetensors(file.subarray(0, file.length - 1)), RangeError, "'bias' is truncated");
  assertThrows(() => readSafetensors(file.subarray(0, 20)), RangeError, "its header is truncated");
  assertThrows(() => readSafetensors(new Uint8Array(3)), RangeError, "3 bytes");
  const long = new Uint8Array(8 + 100_000_001);
  new DataView(long.buffer).setBigUint64(0, 100_000_001n, true);
  assertThrows(() => readSafetensors(long), RangeError, "at most 100000000 are allowed");
});

Deno.test("a number that is not finite is refused, naming the tensor and the first place", () => {
  for (const [value, said] of [[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]] as const) {
    const prompt = float32Tensor(Float32Array.of(1, 2, 3, 4, 5, value, NaN, 8), [4, 2]);
    const file = writeSafetensors({ tensors: { prompt }, metadata: {} });
    assertThrows(() => readSafetensors(file), RangeError, `'prompt' holds ${said} at [2, 1]`);
  }
});

/** A file with a header of any kind, and some bytes after it. */
function withHeader(header: string | Uint8Array, size: number): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + text.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

Deno.test("half numbers are widened, those too large for their type refused", () => {
  const file = withHeader('{"x":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}', 6);
  file.set(new Uint8Array(Float16Array.of(1.5, -2, 65504).buffer), file.length - 6);
  assertEquals(readSafetensors(file).tensors.x!.data, Float32Array.of(1.5, -2, 65504));
  file.set(new Uint8Array(Float16Array.of(1e6).buffer), file.length - 2);
  assertThrows(() => readSafetensors(file), RangeError, "'x' holds Infinity at [2]");
});

/** The entry of a tensor in a header. */
const entry = (name: string, shape: string, offsets: string, dtype = "F32") =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

Deno.test("what the format allows is read: scalars, empty tensors, any order, spaces after the header", () => {
  const header = `{${entry("b", "[2]", "[4,12]")},${entry("a", "[]", "[0,4]")},${
    entry("c", "[3,0]", "[12,12]")
  }}   `;
  const { tensors, metadata } = readSafetensors(withHeader(header, 12));
  assertEquals(Object.entries(tensors).map(([name, { dims }]) => [name, dims]), [
    ["a", []],
    ["b", [2]],
    ["c", [3, 0]],
  ]);
  assertEquals(metadata, {});
  assertEquals(readSafetensors(withHeader("{}", 0)).tensors, {});
});

Deno.test("a header that the format does not allow, or that says something else than the bytes, is refused", () => {
  const deep = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const whole = entry("x", "[3]", "[0,12]");
  for (
    const [header, why] of [
      ["{", "its header is not JSON"],
      ["", "its header is not JSON"],
      [Uint8Array.of(0x7b, 0xff, 0x7d), "its header is not JSON"],
      [deep, "its header is not JSON (lists and objects are nested more than 500 deep)"],
      ["null", "its header is not an object"],
      [` {${whole}}`, "its header does not begin with {"],
      [`{${whole}}\n`, "its header does not begin with { and end with }"],
      [`{${whole},${whole}}`, "its header has the key 'x' twice"],
      [`{${whole.replace("}", ',"dtype":"F32"}')}}`, "its header has the key 'dtype' twice"],
      [`{"__metadata__":{"a":1},${whole}}`, "its '__metadata__' is not an object of strings"],
      [`{"__metadata__":null,${whole}}`, "its '__metadata__' is not an object of strings"],
      ['{"x":1}', "'x' is of the type undefined, which the format does not have"],
      [`{${entry("x", "[3]", "[0,12]", "constructor")}}`, `'x' is of the type "constructor"`],
      [`{${entry("x", "[3]", "[0,12]", "I32")}}`, "'x' is of the type I32, and only F32, F16, BF16 are read"],
      [`{${entry("x", "[3]", "[0,12]", "I64")}}`, "'x' I64 [3] takes 24 bytes, but the file has 12"],
      ['{"x":{"dtype":"F32"}}', "'x' has the shape undefined"],
      [`{${entry("x", "[-3]", "[0,12]")}}`, "'x' has the shape [-3]"],
      [`{${entry("x", "[1.5]", "[0,12]")}}`, "'x' has the shape [1.5]"],
      [`{${entry("x", "[9007199254740992]", "[0,12]")}}`, "'x' has the shape [9007199254740992]"],
      [`{${entry("x", "[9007199254740991,9]", "[0,12]")}}`, "takes 324259173170675650 bytes"],
      [`{${entry("x", "[3]", "[0]")}}`, "'x' has the data_offsets [0]"],
      [`{${entry("x", "[3]", "[0,12,12]")}}`, "'x' has the data_offsets [0,12,12]"],
      [`{${entry("x", "[3]", "[12,0]")}}`, "'x' has the data_offsets [12,0]"],
      [`{${entry("x", "[3]", '["0","12"]')}}`, "'x' has the data_offsets"],
      [`{${entry("x", "[2]", "[0,12]")}}`, "'x' F32 [2] takes 8 bytes, but the file has 12"],
      [`{${entry("x", "[4]", "[0,16]")}}`, "'x' is truncated (it ends at byte 16 of 12)"],
      [`{${entry("x", "[2]", "[0,8]")}}`, "there are 4 bytes of no tensor at its end"],
      [`{${entry("x", "[2]", "[4,12]")}}`, "there are 4 bytes of no tensor in front of 'x'"],
      [`{${entry("x", "[2]", "[0,8]")},${entry("y", "[2]", "[4,12]")}}`, "'y' overlaps another tensor"],
      [`{${entry("x", "[3]", "[0,12]")},${entry("y", "[3]", "[0,12]")}}`, "'y' overlaps another tensor"],
    ] as const
  ) {
    assertThrows(() => readSafetensors(withHeader(header, 12)), RangeError, why, String(header).slice(0, 99));
  }
});

Deno.test("a damaged file is refused, or has tensors that take all its bytes", () => {
  const damaged = mutations(writeSafetensors(named), 0);
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const { what, bytes } = damaged.next().value;
    try {
      const { tensors } = readSafetensors(bytes);
      const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const numbers = Object.values(tensors).flatMap(({ dims, data }) => {
        assertEquals(data.length, dims.reduce((a, b) => a * b, 1), what);
        return [data.length];
      });
      assertEquals(8 + header + 4 * numbers.reduce((a, b) => a + b, 0), bytes.length, what);
    } catch (error) {
      assertInstanceOf(error, RangeError, what);
      refused++;
    }
  }
  assert(refused > 1000, `${refused} refused`);
});
