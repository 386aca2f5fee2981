import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";
import { main } from "../../src/cli.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { serving } from "./serving.ts";

Deno.test("a run is served on loopback, under a policy that lets the page load nothing from elsewhere", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      training: { batchSize: 8, steps: 2 },
      evaluation: { calibrate: ["contextual", "temperature"] },
    });
    assertEquals((await call(["run", file, "--results", folder])).code, 0);
    const metrics = JSON.parse(await Deno.readTextFile(join(folder, "small", "metrics.json")));
    await serving([join(folder, "small"), "--results", folder], async (url) => {
      assert(url.startsWith("http://127.0.0.1:"), url);
      const get = async (path: string, init?: RequestInit) => {
        const response = await fetch(new URL(path, url), init);
        return { status: response.status, headers: response.headers, text: await response.text() };
      };
      const page = await get("/");
      const policy = page.headers.get("content-security-policy")!;
      assertEquals(page.status, 200);
      assert(policy.startsWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-"), policy);
      assert(!/https?:|\*|script-src[^;]*'unsafe/.test(policy), policy);
      assert(!/(?:src|href)="(?:https?:)?\/\//.test(page.text));
      const about = JSON.parse((await get("/run.json")).text);
      assertEquals(about.hardTemplate, "{text} it was {mask} .");
      const { shift, temperature } = metrics.calibration;
      assertEquals(about.calibration, { shift: [shift.negative, shift.positive], temperature });
      assertEquals(about.hardCalibration, {});
      const labels = about.example.map(({ label }: { label: string }) => label);
      assertEquals(Map.groupBy(labels, (label) => label).size, 2);
      assertEquals(labels.length, 20);
      const module = await get("/src/training/trainer.ts");
      assertEquals(module.headers.get("content-type"), "text/javascript");
      assert(!module.text.includes("Deno") && !module.text.includes(": TuningTask"));
      for (
        const path of [
          "/deno.json",
          "/src/..%2fdeno.json",
          "/npm/d3/..%2f..%2fpackage.json",
          "/weights/x",
          "/graphs/x.onnx",
        ]
      ) {
        assertEquals((await get(path)).status, 404, path);
      }
      assertEquals((await get("/", { method: "POST" })).status, 405);
      assertEquals(await statusFor(url, "evil.example"), "403");
    });
  }));

/** The status of the answer to a request whose Host header names another host. */
async function statusFor(url: string, host: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(
    new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
  );
  const answer = new Uint8Array(64);
  await connection.read(answer);
  return new TextDecoder().decode(answer).split(" ")[1]!;
}

Deno.test("what cannot be served is refused with the way out", () =>
  inFolder(async (folder) => {
    const hard = await writeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    });
    assertEquals((await call(["run", hard, "--results", folder])).code, 0);
    const asked = async (args: string[]) => {
      const { code, stderr } = await call(["serve", ...args]);
      return [code, stderr] as const;
    };
    const cases: [string[], string][] = [
      [[join(folder, "nothing")], "there is no complete run in"],
      [[join(folder, "small")], "is a run of a hard prompt: name a run of a soft prompt"],
      [[join(folder, "small"), "--port", "x"], "whole number from 0 to 65535"],
    ];
    for (const [args, message] of cases) {
      const [code, stderr] = await asked(args);
      assertEquals(code, 2, stderr);
      assert(stderr.includes(message), stderr);
    }
  }));

Deno.test("a host that other computers reach is warned of, and loopback is not; a run without predictions is served without examples", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 2 } });
    assertEquals((await call(["run", file, "--results", folder])).code, 0);
    for (const [host, warns] of [["0.0.0.0", true], ["127.0.0.2", false]] as const) {
      const io = new RecordingIo();
      const serving = main(
        ["serve", join(folder, "small"), "--results", folder, "--host", host, "--port", "0"],
        io,
      );
      while (!io.stdout.includes("http://") && !io.stderr.includes("error")) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      io.interrupt();
      await serving;
      assertEquals(io.stderr.includes(`warning: with --host ${host}, every computer`), warns, io.stderr);
      assertEquals(io.stderr.includes("warning: the page has no example texts"), !warns, io.stderr);
      if (warns) await Deno.remove(join(folder, "small/predictions.jsonl"));
      assert(io.stdout.includes("http://"), io.stderr);
    }
  }));
