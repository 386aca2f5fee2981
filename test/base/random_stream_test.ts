import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";

const draws = (seed: number, name: string) => {
  const stream = new RandomStream(seed, name);
  return Array.from({ length: 8 }, () => stream.integer(1000));
};

Deno.test("a stream is the same for the same seed and name, and different for any other", () => {
  assertEquals(draws(0, "order/1"), draws(0, "order/1"));
  assertNotEquals(draws(0, "order/1"), draws(1, "order/1"));
  assertNotEquals(draws(0, "order/1"), draws(0, "order/2"));
});

Deno.test("uniform numbers fill their interval evenly", () => {
  const stream = new RandomStream(0, "uniform");
  const numbers = Array.from({ length: 10_000 }, () => stream.uniform(-0.5, 0.5));
  assert(numbers.every((x) => x >= -0.5 && x <= 0.5));
  assert(Math.abs(numbers.reduce((a, b) => a + b, 0) / numbers.length) < 0.01);
  const variance = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
  assert(Math.abs(variance - 1 / 12) < 0.003);
});

Deno.test("shuffling keeps every item", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  const mixed = new RandomStream(0, "shuffle").shuffled(items);
  assertNotEquals(mixed, items);
  assertEquals(mixed.toSorted((a, b) => a - b), items);
});
