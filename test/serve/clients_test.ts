import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { RunDescription } from "../../src/browser/served_run.ts";
import { listen, MOST_CONNECTIONS, PATIENCE } from "../../src/serve/listen.ts";
import { type ServedFiles, serveRun } from "../../src/serve/server.ts";
import { heldMemory } from "../held_memory.ts";
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
    const before = heldMemory();
    const slow = await Promise.all(Array.from(
      { length: SLOW_CLIENTS },
      () => sent(url, "GET /weights/model.data HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ));
    const whole = await (await fetch(new URL("/weights/model.data", url))).bytes();
    assertEquals(whole.length, LARGE);
    const grown = heldMemory() - before;
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
        `/npm/d3/${"a".repeat(300)}.js`,
        `/npm/d3/${"a/".repeat(3000)}x.js`,
        `/src/${"a".repeat(300)}.ts`,
        "/weights/%c0%ae%c0%ae/secret",
        "/..%5csecret",
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
      const host of [
        "evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "127.0.0.1.evil.example",
        "",
        "localhost:x",
        "localhost#evil.example",
        "localhost/evil",
        "...",
        "[::1",
        "localhost\r\nHost: evil.example",
      ]
    ) {
      assertEquals(await status("/run.json", host), "403", host);
    }
    for (const host of ["localhost:1", "[::1]:8000", "192.168.0.7"]) {
      assertEquals(await status("/run.json", host), "200", host);
    }
  }));

/** The status of each answer in what a connection has sent. */
function statuses(answers: string): string[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!);
}

Deno.test("requests that are ambiguous are refused, and no others are hidden in their bodies", () =>
  served("127.0.0.1", async (url, failures) => {
    const asked = async (headers: string, body: string) => {
      const head = `GET /run.json HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`;
      return statuses(await answerOf(await sent(url, head + body)));
    };
    const hidden = "GET /page.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const both = "Transfer-Encoding: chunked\r\nContent-Length: 5";
    assertEquals(await asked(both, `0\r\n\r\n${hidden}`), ["400"]);
    assertEquals(await asked("Content-Length: 5\r\nContent-Length: 6", `hello!${hidden}`), ["400"]);
    assertEquals(await asked("Content-Length: -5", hidden), ["400"]);
    assertEquals(await asked(`Content-Length: ${hidden.length}`, hidden + hidden), ["200", "200"]);
    assertEquals(await asked("Expect: 100-continue\r\nConnection: close", ""), ["100", "200"]);
    assertEquals(await asked("Expect: something\r\nConnection: close", ""), ["417"]);
    for (const range of ["bytes=0-1", "bytes=5-2", "bytes=99999-", "bytes=0-0,-1,2-3", "items=1"]) {
      assertEquals(await asked(`Range: ${range}\r\nConnection: close`, ""), ["200"], range);
    }
    assertEquals(failures, []);
  }));

Deno.test("of the requests that a client sends ahead of the answers, one is worked on at a time, and not all wait", () =>
  served("127.0.0.1", async (url, failures) => {
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const before = heldMemory();
    const flood = await sent(url, request("/weights/model.data").repeat(900));
    const ahead = request("/run.json").repeat(50) +
      request("/run.json").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    assertEquals(statuses(await answerOf(await sent(url, ahead))), Array(51).fill("200"));
    await answerOf(flood).catch(() => "");
    assert(heldMemory() - before < 2 * LARGE);
    assertEquals(failures, []);
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
  const silent = () => Promise.resolve();
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
