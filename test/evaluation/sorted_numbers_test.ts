import { assertEquals } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { sortedNumbers } from "../../src/evaluation/sorted_numbers.ts";

const stream = new RandomStream(0, "test");
const LISTS: Readonly<Record<string, readonly number[]>> = {
  "differences around 0": Array.from({ length: 2000 }, () => stream.uniform(-0.1, 0.1)),
  "differences of shares, of which many are equal or almost": Array.from(
    { length: 2000 },
    () => stream.integer(30) / 30 - stream.integer(30) / 30,
  ),
  "of every size": Array.from(
    { length: 500 },
    (_, i) => (i % 2 ? 1 : -1) * 10 ** stream.integer(600) / 1e300,
  ),
  "zeros of both signs, infinities and the smallest numbers": [
    0,
    -0,
    5e-324,
    -5e-324,
    Infinity,
    0,
    -Infinity,
    -0,
  ],
  "one number": [0.5],
  "one number many times": new Array<number>(100).fill(-0.25),
  "none": [],
};

for (const [name, numbers] of Object.entries(LISTS)) {
  Deno.test(`the platform's sort puts them in the same order: ${name}`, () => {
    const given = Float64Array.from(numbers);
    const sorted = sortedNumbers(given);
    // Bit by bit: 0 and -0 differ.
    assertEquals(
      new BigUint64Array(Float64Array.from(sorted).buffer),
      new BigUint64Array(Float64Array.from(numbers).sort().buffer),
    );
    assertEquals(given, Float64Array.from(numbers), "what was given stays as it was");
  });
}

Deno.test("a part of a larger array is sorted by itself", () => {
  assertEquals(sortedNumbers(Float64Array.of(-9, 3, -1, 2, -9).subarray(1, 4)), [-1, 2, 3]);
});
