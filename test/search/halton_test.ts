import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { HaltonSequence } from "../../src/search/halton.ts";

const points = (dimensions: number, count: number, seed: number) => {
  const sequence = new HaltonSequence(dimensions, seed);
  return Array.from({ length: count }, (_, i) => sequence.point(i));
};

Deno.test("each interval of length 1/b^k has one of the first b^k coordinates in base b: the digits are permuted, not drawn", () => {
  for (const [axis, base] of [2, 3, 5, 7].entries()) {
    for (const count of [base, base ** 2, base ** 3]) {
      const cells = points(4, count, 3).map((point) => Math.floor(point[axis]! * count + 1e-9));
      assertEquals(cells.toSorted((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
    }
  }
});

Deno.test("boxes of two coordinates have as many points as their area asks for", () => {
  // A Halton sequence in bases 2 and 3: of 2^3 * 3^2 points, each box of 1/8 by 1/9 has one.
  const boxes = points(2, 72, 5).map(([x, y]) => Math.floor(x! * 8 + 1e-9) * 9 + Math.floor(y! * 9 + 1e-9));
  assertEquals(new Set(boxes).size, 72);
});

Deno.test("a seed gives the same points again, another one others, and more points begin with the same ones", () => {
  assertEquals(points(3, 20, 1), points(3, 20, 1));
  assertNotEquals(points(3, 20, 1), points(3, 20, 2));
  assertEquals(points(3, 20, 1), points(3, 50, 1).slice(0, 20));
  assert(points(8, 200, 0).flat().every((one) => one >= 0 && one < 1));
});
