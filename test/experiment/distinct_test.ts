import { assertEquals } from "@std/assert";
import { lastRepeated } from "../../src/experiment/distinct.ts";

Deno.test("values are the same whatever the order of their keys, and numbers that JSON does not know differ", () => {
  assertEquals(lastRepeated([{ a: 1, b: [2] }, 0, { b: [2], a: 1 }]), { first: 0, second: 2 });
  assertEquals(lastRepeated([0, 1, -0, 1]), { first: 1, second: 3 });
  assertEquals(lastRepeated([null, NaN, Infinity, -Infinity, "null", "1", 1, [1], [[1]], {}]), undefined);
});
