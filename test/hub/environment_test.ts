import { assertEquals, assertThrows } from "@std/assert";
import { getHFHubCachePath } from "@huggingface/hub";
import { InputError } from "../../src/base/errors.ts";
import { cacheFolder, HUB_VARIABLES, hubHosts, keepsSecret } from "../../src/hub/environment.ts";
import { hubSettings } from "../../src/hub/settings.ts";

/** Runs a test with these of the hub's variables, and no others. */
async function withVariables(given: Record<string, string>, test: () => void | Promise<void>): Promise<void> {
  const before = HUB_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  try {
    HUB_VARIABLES.forEach((name) => Deno.env.delete(name));
    for (const [name, value] of Object.entries(given)) Deno.env.set(name, value);
    await test();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("the cache is where the hub's own library has it", async () => {
  const cases = [
    {},
    { HF_HOME: "/a" },
    { XDG_CACHE_HOME: "/b" },
    { HF_HUB_CACHE: "/c", HF_HOME: "/a" },
    { HUGGINGFACE_HUB_CACHE: "/d" },
  ];
  for (const given of cases) {
    await withVariables(given, () => assertEquals(cacheFolder(), getHFHubCachePath()));
  }
});

Deno.test("downloads come from the endpoint's hosts", async () => {
  await withVariables({}, () => assertEquals(hubHosts().includes("*.hf.co"), true));
  await withVariables({ HF_ENDPOINT: "https://hub.example:8443/" }, () => {
    assertEquals(hubHosts().slice(0, 2), ["hub.example:8443", "*.hub.example"]);
  });
  await withVariables({ HF_ENDPOINT: "http://127.0.0.1:8080" }, () => {
    assertEquals(new Set(hubHosts()), new Set(["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]));
  });
});

Deno.test("a token is for endpoints that keep it secret on its way", async () => {
  assertEquals(["https://x.example", "http://localhost:1", "http://[::1]:1"].every(keepsSecret), true);
  assertEquals(["http://x.example", "http://127.example", "http://10.0.0.1"].some(keepsSecret), false);
  const token = { HF_TOKEN: "hf_secret" };
  await withVariables({ ...token, HF_ENDPOINT: "http://mirror.example" }, async () => {
    assertEquals((await hubSettings()).token, undefined);
  });
  await withVariables(token, async () => assertEquals((await hubSettings()).token, "hf_secret"));
});

Deno.test("an endpoint that is no address is wrong use", async () => {
  for (const HF_ENDPOINT of ["mirror", "ftp://mirror.example"]) {
    await withVariables({ HF_ENDPOINT }, () => {
      assertThrows(() => hubHosts(), InputError, `HF_ENDPOINT is '${HF_ENDPOINT}'`);
    });
  }
});

Deno.test("a name and a password in the endpoint's address are apart from the address, which messages show", async () => {
  const login = `Basic ${btoa("user:p@ss")}`;
  await withVariables({ HF_ENDPOINT: "https://user:p%40ss@mirror.example/hub/" }, async () => {
    const settings = await hubSettings();
    assertEquals([settings.endpoint, settings.login], ["https://mirror.example/hub", login]);
    assertEquals(hubHosts()[0], "mirror.example");
  });
  await withVariables({}, async () => assertEquals((await hubSettings()).login, undefined));
  for (const HF_ENDPOINT of ["user:p@ss@mirror.example", "ftp://user:p@ss@mirror.example"]) {
    await withVariables({ HF_ENDPOINT }, () => {
      const { message } = assertThrows(() => hubHosts(), InputError, "HF_ENDPOINT is '…@mirror.example'");
      assertEquals(message.includes("p@ss"), false);
    });
  }
});
