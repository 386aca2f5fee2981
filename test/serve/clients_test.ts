import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { RunDescription } from "../../src/browser/served_run.ts";
import { listen, MOST_CONNECTIONS, PATIENCE } from "../../src/serve/listen.ts";
import { type ServedFiles, serveRun } from "../../src/serve/server.ts";
import { inFolder } from "../commands/softprompt.ts";

/** The size of the weights file, in bytes: 20 copies of it are more than the memory that the test allows. */
const LARGE = 2 ** 25;
const SLOW_CLIENTS = 20;

/** Serves a run with a large weights file while a test goes on. */
function served(hostname: string, test: (url: URL, failures: unknown[]) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const weights = join(folder, "model.data");
    await Deno.writeFile(weights, new Uint8Array(LARGE));
    const bytes = new Uint8Array(3);
    const run: ServedFiles = {
      description: { title: "small" } as RunDescription,
      graphs: { train: bytes, update: bytes, predict: bytes, embed: bytes, hard: bytes },
      weights: new Map([["model.data", weights]]),
      files: new Map([["tokenizer.json", join(folder, "missing.json")]]),
    };
    await during(
      hostname,
      test,
      (options, failures) => serveRun(run, { ...options, onError: (error) => failures.push(error) }),
    );
  });
}

/** Listens while a test goes on. */
async function during(
  hostname: string,
  test: (url: URL, failures: unknown[]) => Promise<void>,
  start: (options: Parameters<typeof listen>[0], failures: unknown[]) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const url = Promise.withResolvers<string>();
  const server = start({ hostname, port: 0, signal: stop.signal, onListen: url.resolve }, failures);
  try {
    await test(new URL(await Promise.race([url.promise, server.then(() => "")])), failures);
  } finally {
    stop.abort();
    await server;
  }
}

/** Sends a request as it is written. */
async function sent(url: URL, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(url.port) });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

/** All that a connection answers until it is closed. */
async function answerOf(connection: Deno.TcpConn): Promise<string> {
  return await new Response(connection.readable).text();
}

Deno.test("clients that do not read their answers hold no file in memory, and others are answered meanwhile", () =>
  served("127.0.0.1", async (url) => {
    const before = Deno.memoryUsage().rss;
    const slow = await Promise.all(Array.from(
      { length: SLOW_CLIENTS },
      () => sent(url, "GET /weights/model.data HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ));
    const whole = await (await fetch(new URL("/weights/model.data", url))).bytes();
    assertEquals(whole.length, LARGE);
    const grown = Deno.memoryUsage().rss - before;
    for (const connection of slow) connection.close();
    assert(grown < SLOW_CLIENTS * LARGE / 2, `${Math.round(grown / 2 ** 20)} MiB`);
  }));

Deno.test("no path but those of the run and of the page's modules is answered, whatever it looks like", () =>
  served("127.0.0.1", async (url, failures) => {
    const status = async (path: string, host = "localhost") => {
      const connection = await sent(
        url,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      return (await answerOf(connection)).split(" ")[1];
    };
    for (
      const path of [
        "/graphs/constructor.onnx",
        "/graphs/__proto__.onnx",
        "/graphs/toString.onnx",
        "/weights/__proto__",
        "/weights/constructor",
        "/weights/model.data%00",
        "/weights/..%2fmodel.data",
        "/weights/../weights/model.data",
        "/npm/constructor/x.js",
        "/npm/d3/missing.js",
        "/npm/d3/x.constructor",
        "/npm/d3/..%2fpackage.js",
        "/src/..%2f..%2fetc/passwd",
        "/%ff",
        "/%",
        "//localhost/run.json",
        `/${"a".repeat(4000)}`,
      ]
    ) {
      assertEquals(await status(path), "404", path.slice(0, 40));
    }
    assertEquals(await status("http://localhost/run.json"), "404");
    // The server may have closed the connection before all of it is sent.
    assertEquals(await status(`/${"a".repeat(100_000)}`).catch(() => "431"), "431");
    assertEquals(failures, []);
    assertEquals(await status("/graphs/train.onnx?x=1"), "200");
    for (
      const host of ["evil.example", "localhost@evil.example", "127.0.0.1.evil.example", "", "localhost:x"]
    ) {
      assertEquals(await status("/run.json", host), "403", host);
    }
    for (const host of ["localhost:1", "[::1]:8000", "192.168.0.7"]) {
      assertEquals(await status("/run.json", host), "200", host);
    }
  }));

Deno.test("HEAD is answered without a body, and other methods than GET are refused", () =>
  served("127.0.0.1", async (url, failures) => {
    const head = await sent(
      url,
      "HEAD /weights/model.data HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    const answer = await answerOf(head);
    assert(answer.endsWith("\r\n\r\n"));
    assertEquals(/^content-length: (\d+)/mi.exec(answer)?.[1], String(LARGE));
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const refused = await fetch(url, { method });
      await refused.body?.cancel();
      assertEquals([refused.status, refused.headers.get("allow")], [405, "GET, HEAD"]);
    }
    const failed = await fetch(new URL("/tokenizer.json", url));
    assertEquals([failed.status, await failed.text()], [500, "the server failed; its terminal shows why"]);
    assertEquals(failures.length, 1);
  }));

for (const [hostname, shown] of [["::1", "[::1]"], ["::", "[::1]"], ["0.0.0.0", "127.0.0.1"]] as const) {
  Deno.test(`at ${hostname} the address is one that a browser can open`, () =>
    served(hostname, async (url) => {
      assertEquals(url.hostname, shown);
      assertEquals(await (await fetch(new URL("/run.json", url))).json(), { title: "small" });
    }));
}

Deno.test("a client that is slow to ask or to read is disconnected, and so are more than a number of them", async () => {
  const patience = { ...PATIENCE, headers: 100, request: 200, answer: 300 };
  const silent = () => {};
  await during("127.0.0.1", async (url) => {
    const begun = performance.now();
    const slow = await Promise.all([
      sent(url, ""),
      sent(url, "GET / HTTP/1.1\r\nHost: localhost\r\n"),
      sent(url, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"),
      sent(url, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ]);
    await Promise.all(slow.map((connection) => answerOf(connection).catch(() => "")));
    assert(performance.now() - begun < 5000);
    const many = await Promise.all(Array.from({ length: MOST_CONNECTIONS }, () => sent(url, "")));
    const [first] = await Promise.all([
      answerOf(await sent(url, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).catch(() => ""),
      ...many.map((connection) => answerOf(connection).catch(() => "")),
    ]);
    assertEquals(first, "");
  }, (options) => listen(options, silent, patience));
});
