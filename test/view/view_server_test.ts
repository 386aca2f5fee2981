import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { request } from "node:http";
import { Lock, lockPath } from "../../src/disk/lock.ts";
import { call, inFolder } from "../commands/softprompt.ts";
import { writeMadeUpResults } from "./made_up_results.ts";
import { viewing } from "./viewing.ts";

async function made(folder: string): Promise<string[]> {
  const shape = { sweeps: ["s"], lengths: [5], seeds: [0, 1], examples: 10 };
  await writeMadeUpResults(join(folder, "results"), shape);
  return shape.seeds.map((seed) => join(folder, "results", "s", `length=5,seed=${seed}`));
}

/** The status of a request with headers that `fetch` does not send. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject).end();
  });
}

Deno.test("notes and baselines are written for the server's own page alone", () =>
  inFolder(async (folder) => {
    const [first, second] = await made(folder);
    await viewing(folder, async ({ url, baselines, removed, errors }) => {
      const { token } = await (await fetch(`${url}index`)).json();
      const origin = new URL(url).origin;
      const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
        const response = await fetch(`${url}${path}`, {
          method: "POST",
          headers: { origin, "content-type": "application/json", "x-softprompt-token": token, ...headers },
          body: JSON.stringify(body),
        });
        return [response.status, await response.text()] as const;
      };
      const note = { key: second, note: "seen", before: "" };
      const refused = [
        await post("note", note, { origin: "http://evil.example" }),
        await post("note", note, { "x-softprompt-token": "guessed" }),
        await post("note", note, { "sec-fetch-site": "cross-site" }),
        await post("note", note, { "content-type": "text/plain" }),
        await post("note", { ...note, key: folder }),
        await post("note", { ...note, note: 1 }),
        await post("note", { ...note, before: undefined }),
        await post("note", { ...note, note: "x".repeat(200_000) }),
        await post("note", { ...note, before: "noted in another window" }),
        await post("baseline", { key: second, remove: "main" }),
        await post("baseline", { key: first }),
      ];
      assertEquals(refused.map(([status]) => status), [
        403,
        403,
        403,
        415,
        400,
        400,
        400,
        413,
        409,
        409,
        409,
      ]);
      assertEquals(refused.at(-1)?.[1], "it is not complete");
      assertEquals(await Deno.stat(join(second!, "note.txt")).catch(() => "none"), "none");
      assertEquals((await post("note", note))[0], 200);
      assertEquals(await Deno.readTextFile(join(second!, "note.txt")), "seen\n");
      assertEquals((await post("baseline", { key: second }))[0], 200);
      assertEquals([baselines, removed], [[second], []]);
      await Deno.remove(second!, { recursive: true });
      assertEquals(await post("note", note), [
        409,
        `there is no ${second} any more: it was moved or removed`,
      ]);
      assertEquals(errors, []);
    });
  }));

Deno.test("of notes that several windows save at once, one is kept and the others hear of it", () =>
  inFolder(async (folder) => {
    const [run] = await made(folder);
    await viewing(folder, async ({ url, errors }) => {
      const { token } = await (await fetch(`${url}index`)).json();
      const notes = Array.from({ length: 6 }, (_, i) => `window ${i}`);
      const answers = await Promise.all(notes.map(async (note) => {
        const response = await fetch(`${url}note`, {
          method: "POST",
          headers: {
            origin: new URL(url).origin,
            "content-type": "application/json",
            "x-softprompt-token": token,
          },
          body: JSON.stringify({ key: run, note, before: "" }),
        });
        return { note, status: response.status, text: await response.text() };
      }));
      const kept = answers.filter(({ status }) => status === 200);
      assertEquals(kept.length, 1);
      assertEquals(await Deno.readTextFile(join(run!, "note.txt")), `${kept[0]!.note}\n`);
      for (const { status, text } of answers) {
        if (status !== 200) assertStringIncludes(text, "it was changed elsewhere meanwhile");
      }
      assertEquals(errors, []);
    });
  }));

Deno.test("a second view on the port of another is refused, and the first goes on", () =>
  inFolder(async (folder) => {
    await made(folder);
    await viewing(folder, async ({ url }) => {
      const { code, stderr } = await call(["view", join(folder, "results"), "--port", new URL(url).port]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "is in use: choose another with --port");
      assertEquals((await (await fetch(`${url}index`)).json()).rows.length, 2);
    });
  }));

Deno.test("only runs of the index are read, by this host's names, and a report has no origin", () =>
  inFolder(async (folder) => {
    const [run] = await made(folder);
    await Deno.writeTextFile(join(run!, "report.html"), "<!doctype html><script>1</script>");
    await Deno.writeTextFile(join(folder, "report.html"), "<!doctype html>");
    await viewing(folder, async ({ url, errors }) => {
      assertEquals(await statusOf(url, { host: "evil.example" }), 403);
      const get = async (path: string) => {
        const response = await fetch(`${url}${path}`);
        return { status: response.status, headers: response.headers, text: await response.text() };
      };
      const page = await get("");
      assertStringIncludes(
        page.headers.get("content-security-policy")!,
        "script-src 'self' 'wasm-unsafe-eval';",
      );
      const report = await get(`report/${encodeURIComponent(run!)}`);
      assertEquals(report.status, 200);
      assert(report.headers.get("content-security-policy")!.startsWith("sandbox allow-scripts"));
      assert(!report.headers.get("content-security-policy")!.includes("allow-same-origin"));
      for (const key of [folder, join(run!, ".."), "nothing"]) {
        assertEquals((await get(`report/${encodeURIComponent(key)}`)).status, 404);
        assertEquals((await get(`about/${encodeURIComponent(key)}`)).status, 404);
      }
      const { history, experiment } = JSON.parse((await get(`about/${encodeURIComponent(run!)}`)).text);
      assertEquals(history.length, 20);
      assertStringIncludes(experiment, "template");
      assertEquals(errors, []);
    });
  }));

Deno.test("a page hears when a run that is underway is killed, which changes no file", () =>
  inFolder(async (folder) => {
    const [results, place] = [join(folder, "results"), join(folder, "results", "begun")];
    await Deno.mkdir(`${place}.partial`, { recursive: true });
    await Deno.writeTextFile(join(`${place}.partial`, "content_hash"), "ab\n");
    const lock = await Lock.tryTake(lockPath(results, "begun"));
    await viewing(folder, async ({ url }) => {
      const state = async () => (await (await fetch(`${url}index`)).json()).rows[0].state;
      assertEquals(await state(), "running");
      const told = (await fetch(`${url}changes`)).body!.pipeThrough(new TextDecoderStream()).getReader();
      lock?.release();
      for (let text = ""; !text.includes("changed");) text += (await told.read()).value ?? "";
      await told.cancel();
      assertEquals(await state(), "partial");
    });
  }));
