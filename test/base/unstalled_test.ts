import { assertEquals, assertRejects } from "@std/assert";
import { fetchUnstalled } from "../../src/base/unstalled.ts";

/** Serves one answer. */
async function serving(
  answer: () => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const { addr, finished } = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: stop.signal },
    answer,
  );
  try {
    await test(`http://127.0.0.1:${addr.port}/`);
  } finally {
    stop.abort();
    await finished;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("a slow server is waited for as long as it sends something", async () => {
  const slow = () =>
    ReadableStream.from((async function* () {
      for (let i = 0; i < 10; i++) {
        await pause(50);
        yield new Uint8Array([i]);
      }
    })());
  await serving(() => new Response(slow(), { headers: { "x-own": "kept" } }), async (url) => {
    const response = await fetchUnstalled(url, {}, 400);
    assertEquals(response.headers.get("x-own"), "kept");
    assertEquals(response.url, url);
    assertEquals([...await response.bytes()], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

Deno.test("a server that stalls in the middle of an answer, or before it, is given up", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const half = () =>
    ReadableStream.from((async function* () {
      yield new Uint8Array(3);
      await held;
    })());
  await serving(() => new Response(half()), async (url) => {
    const response = await fetchUnstalled(url, {}, 100);
    await assertRejects(() => response.bytes(), Error, "it has sent nothing for 0.1 s");
    release();
  });
  const late = Promise.withResolvers<Response>();
  await serving(() => late.promise, async (url) => {
    await assertRejects(() => fetchUnstalled(url, {}, 100), Error, "it has sent nothing for 0.1 s");
    late.resolve(new Response("x"));
  });
});
