import { assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { hasLength, mapTuple, ofLength } from "../../../src/compiler/graph/tuple.ts";

Deno.test("a list of the length asked for is a tuple", () => {
  const list: readonly string[] = ["batch", "sequence"];
  assertEquals(hasLength(list, 2), true);
  assertEquals(hasLength(list, 3), false);
  const [batch, sequence] = ofLength(list, 2, "the axes");
  // Each has a type of its own: neither can be undefined.
  assertEquals(batch.length + sequence.length, 13);
});

Deno.test("a list of another length is refused", () => {
  assertThrows(
    () => ofLength([2, 3], 4, "the axes of heads"),
    CompileError,
    "the axes of heads are [2, 3]: 2 and not 4",
  );
});

Deno.test("a tuple is mapped to as many items", () => {
  const [first, second] = mapTuple([3, 4], (item, at) => item * 10 + at);
  const found: number = first + second;
  assertEquals(found, 71);
});
