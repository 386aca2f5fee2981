import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { lazy } from "../../src/compiler/lazy.ts";

Deno.test("a thing is made when it is first asked for, and once", () => {
  let made = 0;
  const thing = lazy(() => ({ number: ++made }));
  assertEquals(made, 0);
  assertStrictEquals(thing(), thing());
  assertEquals(made, 1);
});

Deno.test("what could not be made is made again", () => {
  let tries = 0;
  const thing = lazy(() => {
    if (++tries === 1) throw new RangeError("not yet");
    return { tries };
  });
  assertThrows(thing, RangeError, "not yet");
  assertEquals(thing(), { tries: 2 });
});
