import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { drawShown } from "../../src/dataset/few_shot.ts";

const labelled = Array.from({ length: 30 }, (_, i) => ({ id: `${i}`, text: `t${i}`, label: "abc"[i % 3]! }));

Deno.test("examples are drawn by the seed, of each class as many, and are then no training examples", () => {
  const [shown, others] = drawShown(labelled, 7, ["c", "a", "b"], 0);
  const count = (label: string) => shown.filter((one) => one.label === label).length;
  assertEquals([count("c"), count("a"), count("b")], [3, 2, 2]);
  assertEquals(others.length, 23);
  assertEquals(others.some((one) => shown.includes(one)), false);
  assertEquals(drawShown(labelled, 7, ["c", "a", "b"], 0)[0], shown);
  const ids = (seed: number) => drawShown(labelled, 7, ["c", "a", "b"], seed)[0].map(({ id }) => id).join();
  assertEquals(ids(0) === ids(1), false);
});

Deno.test("without classes examples are drawn of all, and too many are refused", () => {
  const texts = labelled.map(({ id, text }) => ({ id, text }));
  assertEquals(drawShown(texts, 4, undefined, 0)[0].length, 4);
  assertEquals(drawShown(texts, 0, undefined, 0), [[], texts]);
  assertThrows(
    () => drawShown(labelled, 33, ["a", "b", "c"], 0),
    InputError,
    "'prompt.examples: 33' takes 11 training examples of the class 'a', and there are 10: lower it",
  );
  assertThrows(
    () => drawShown(texts, 31, undefined, 0),
    InputError,
    "takes 31 training examples, and there are 30",
  );
});
