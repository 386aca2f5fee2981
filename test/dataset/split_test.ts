import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Example } from "../../src/dataset/example.ts";
import { splitByShares, splitLikeTextcnn, takeShare, takeShots } from "../../src/dataset/split.ts";
import { InputError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

const examples: Example[] = Array.from({ length: 300 }, (_, i) => ({
  id: `${i}`,
  text: `text ${i}`,
  label: i < 100 ? "negative" : "positive",
}));
const count = (some: readonly Example[], label: string) => some.filter((one) => one.label === label).length;

Deno.test("shares are drawn within each class, the same for the same seed", () => {
  const { train, validation, test } = splitByShares(examples, { test: 0.2, validation: 0.1, seed: 0 });
  assertEquals([train, validation, test].map((part) => [count(part, "negative"), count(part, "positive")]), [
    [70, 140],
    [10, 20],
    [20, 40],
  ]);
  assertEquals(new Set([...train, ...validation, ...test].map(({ id }) => id)).size, 300);
  assertEquals(splitByShares(examples, { test: 0.2, validation: 0.1, seed: 0 }).test, test);
  assertNotEquals(splitByShares(examples, { test: 0.2, validation: 0.1, seed: 1 }).test, test);
});

Deno.test("the TextCNN split tests on the third of ten contiguous chunks of each class", () => {
  const { train, test } = splitLikeTextcnn(examples);
  assertEquals(test.map(({ id }) => Number(id)), [
    ...Array.from({ length: 10 }, (_, i) => 20 + i),
    ...Array.from({ length: 20 }, (_, i) => 140 + i),
  ]);
  assertEquals(train.length, 270);
});

Deno.test("shots are the given number per class, and too many are refused", () => {
  const shots = takeShots(examples, 16, new RandomStream(0, "shots"));
  assertEquals([count(shots, "negative"), count(shots, "positive")], [16, 16]);
  assertThrows(
    () => takeShots(examples, 101, new RandomStream(0, "shots")),
    InputError,
    "more than the 100 training examples of the class 'negative'",
  );
});

Deno.test("what is taken and what is left keep their order", () => {
  const [taken, rest] = takeShare(examples, 0.5, new RandomStream(0, "half"));
  for (const part of [taken, rest]) {
    const ids = part.map(({ id }) => Number(id));
    assertEquals(ids, ids.toSorted((a, b) => a - b));
  }
});

Deno.test("a class of two examples or more has one in the test set, and one to train with", () => {
  for (
    const [size, share, expected] of [[1, 0.1, 0], [1, 0.9, 0], [2, 0.1, 1], [3, 0.1, 1], [3, 0.9, 2], [
      20,
      0.1,
      2,
    ]]
  ) {
    const { train, test } = splitByShares(examples.slice(0, size), { test: share!, validation: 0, seed: 0 });
    assertEquals([test.length, train.length], [expected, size! - expected!]);
  }
});
