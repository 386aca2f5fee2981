import { assertEquals } from "@std/assert";
import { Halves } from "../../../pack/node/float16_array.ts";

const ALL = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

Deno.test("all numbers of half precision are those of the language's own array", () => {
  assertEquals([...new Halves(ALL.buffer)], [...new Float16Array(ALL.buffer)]);
});

Deno.test("numbers are rounded as by the language's own array", () => {
  const halves = [...new Float16Array(ALL.buffer)].filter(Number.isFinite);
  const between = halves.flatMap((half, i) => {
    const middle = (half + (halves[i + 1] ?? half)) / 2;
    return [half, middle, middle * (1 + 2 ** -52), middle * (1 - 2 ** -52)];
  });
  const values = [...between, 0, -0, 65519.99, 65520, -65520, 1e300, 5e-324, Infinity, -Infinity, NaN];
  assertEquals(new Uint16Array(new Halves(values).buffer), new Uint16Array(new Float16Array(values).buffer));
});

Deno.test("a part of a buffer is read in its place", () => {
  const { buffer } = Uint16Array.from([0x3c00, 0x4000, 0xc200]);
  const part = new Halves(buffer, 2, 2);
  assertEquals([[...part], part.byteOffset, part.length], [[2, -3], 2, 2]);
});
