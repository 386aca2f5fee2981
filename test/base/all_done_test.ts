import { assertEquals, assertRejects } from "@std/assert";
import { allDone } from "../../src/base/all_done.ts";

Deno.test("values come in their order, and an error only when everything is done", async () => {
  const later = (value: number) => new Promise<number>((resolve) => setTimeout(() => resolve(value), 5));
  assertEquals(await allDone([later(1), Promise.resolve("two"), 3]), [1, "two", 3]);
  let isOver = false;
  const slow = later(1).then(() => {
    isOver = true;
    throw new Error("the slow one");
  });
  const failing = Promise.reject(new Error("the quick one"));
  await assertRejects(() => allDone([slow, failing]), Error, "the slow one");
  assertEquals(isOver, true);
});
