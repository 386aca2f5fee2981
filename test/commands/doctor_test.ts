import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { withHub } from "../hub/loopback_hub.ts";
import { ROOT } from "../shared.ts";
import { callProcess, inFolder } from "./softprompt.ts";

/** The findings of a call, by name. */
function byName(stdout: string): Record<string, { state: string; value: string; way?: string }> {
  const { checks } = JSON.parse(stdout);
  return Object.fromEntries(checks.map(({ name, ...rest }: { name: string }) => [name, rest]));
}

Deno.test("doctor finds Deno, threads, devices, the hub, its cache and disks, and asks the hub without a token", () =>
  inFolder((folder) =>
    withHub([], async ({ url, requests }) => {
      const cache = join(folder, "hub");
      await Deno.mkdir(join(cache, "models--a--b"), { recursive: true });
      const env = { HF_ENDPOINT: url, HF_HUB_CACHE: cache, HF_TOKEN: "hf_secret" };
      const { code, stdout } = await callProcess(["doctor", "--json", "--results", folder], env);
      assertEquals(code, 0);
      const found = byName(stdout);
      assertEquals(found["Deno"]?.state, "fine");
      // As many as the processes of tests have.
      assertStringIncludes(found["system"]!.value, ", 1 thread, ");
      assertStringIncludes(found["ONNX Runtime"]!.value, "native CPU");
      assertStringIncludes(found["hub"]!.value, `${url} answers in `);
      assertStringIncludes(found["hub's cache"]!.value, "1 repository");
      assertStringIncludes(found["disk of results"]!.value, "B free");
      assertEquals(requests, ["GET /api/models"]);
      assert(!stdout.includes("hf_secret"));
    })
  ));

Deno.test("a hub that cannot be reached is a note with the way out; without the network it is not asked", () =>
  inFolder(async (folder) => {
    const closed = { HF_ENDPOINT: "http://127.0.0.1:9", HF_HOME: join(folder, "none") };
    const alone = await callProcess(["doctor", "--json"], closed);
    assertEquals(alone.code, 0);
    const { hub, "hub's cache": cache } = byName(alone.stdout);
    assertEquals(hub?.state, "note");
    assertStringIncludes(hub?.way ?? "", "HF_ENDPOINT");
    assertStringIncludes(cache!.value, "not there yet");
    const offline = await callProcess(["doctor", "--json"], { ...closed, HF_HUB_OFFLINE: "1" });
    assertStringIncludes(byName(offline.stdout)["hub"]!.value, "not asked");
  }));

Deno.test("where the native library may not be loaded, doctor names it and ends with exit code 1", () =>
  inFolder(async (folder) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-read",
        "--allow-env",
        "--allow-sys",
        join(ROOT, "src/main.ts"),
        "doctor",
        "--results",
        folder,
      ],
      env: { NO_COLOR: "1", HF_HUB_OFFLINE: "1" },
    }).output();
    assertEquals(code, 1);
    assert(/^ONNX Runtime +missing +the native CPU cannot be used/m.test(new TextDecoder().decode(stdout)));
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      "this computer lacks what runs need: ONNX Runtime",
    );
  }));
