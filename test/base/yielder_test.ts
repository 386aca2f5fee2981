import { assertEquals, assertRejects } from "@std/assert";
import { unlessAborted, Yielder } from "../../src/base/yielder.ts";

/** Computes for some milliseconds. */
function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

Deno.test("a computation hears in its turns that it must stop", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 1);
  const yielder = new Yielder(stop.signal);
  let rounds = 0;
  await assertRejects(
    async () => {
      for (; rounds < 1000; rounds++) {
        compute(10);
        await yielder.yieldIfDue();
      }
    },
    Error,
    "enough",
  );
  assertEquals(rounds < 100, true, `${rounds} rounds`);
});

Deno.test("work that nobody waits for any longer may fail unheard, and its result is not lost where nobody stops it", async () => {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<void>();
  const waiting = assertRejects(() => unlessAborted(stop.signal, promise), Error, "enough");
  stop.abort(new Error("enough"));
  await waiting;
  reject(new Error("too late"));
  await assertRejects(() => unlessAborted(stop.signal, Promise.resolve(1)), Error, "enough");
  assertEquals(await unlessAborted(new AbortController().signal, Promise.resolve(1)), 1);
});
