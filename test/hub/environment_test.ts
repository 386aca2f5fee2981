import { assertEquals, assertThrows } from "@std/assert";
import { homedir } from "node:os";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import {
  cacheFolder,
  type HUB_VARIABLES,
  hubHosts,
  keepsSecret,
  type ReadVariable,
} from "../../src/hub/environment.ts";
import { hubSettings } from "../../src/hub/settings.ts";

type Variables = Readonly<Partial<Record<typeof HUB_VARIABLES[number], string>>>;

/** Reads these of the hub's variables: no others are set. */
const reading = (given: Variables): ReadVariable => (name) => given[name];

Deno.test("the cache is where the hub's own library has it", async () => {
  const home = homedir();
  const cases: Variables[] = [
    {},
    { HF_HOME: "/a" },
    { XDG_CACHE_HOME: "/b" },
    { HF_HUB_CACHE: "/c", HF_HOME: "/a" },
    { HUGGINGFACE_HUB_CACHE: "/d" },
  ];
  const library = new URL("./library_cache.ts", import.meta.url).pathname;
  for (const given of cases) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-env", "--allow-read", "--allow-sys=homedir", library],
      clearEnv: true,
      env: { HOME: home, DENO_DIR: Deno.env.get("DENO_DIR") ?? join(home, ".cache/deno"), ...given },
    }).output();
    assertEquals(cacheFolder(reading(given)), new TextDecoder().decode(stdout), JSON.stringify(given));
  }
});

Deno.test("downloads come from the endpoint's hosts", () => {
  assertEquals(hubHosts(reading({})).includes("*.hf.co"), true);
  const mirror = hubHosts(reading({ HF_ENDPOINT: "https://hub.example:8443/" }));
  assertEquals(mirror.slice(0, 2), ["hub.example:8443", "*.hub.example"]);
  assertEquals(
    new Set(hubHosts(reading({ HF_ENDPOINT: "http://127.0.0.1:8080" }))),
    new Set(["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]),
  );
});

Deno.test("a token is for endpoints that keep it secret on its way", async () => {
  assertEquals(["https://x.example", "http://localhost:1", "http://[::1]:1"].every(keepsSecret), true);
  assertEquals(["http://x.example", "http://127.example", "http://10.0.0.1"].some(keepsSecret), false);
  const token = { HF_TOKEN: "hf_secret" };
  const overHttp = reading({ ...token, HF_ENDPOINT: "http://mirror.example" });
  assertEquals((await hubSettings(overHttp)).token, undefined);
  assertEquals((await hubSettings(reading(token))).token, "hf_secret");
});

Deno.test("an endpoint that is no address is wrong use", () => {
  for (const HF_ENDPOINT of ["mirror", "ftp://mirror.example"]) {
    assertThrows(() => hubHosts(reading({ HF_ENDPOINT })), InputError, `HF_ENDPOINT is '${HF_ENDPOINT}'`);
  }
});

Deno.test("a name and a password in the endpoint's address are apart from the address, which messages show", async () => {
  const login = `Basic ${btoa("user:p@ss")}`;
  const named = reading({ HF_ENDPOINT: "https://user:p%40ss@mirror.example/hub/" });
  const settings = await hubSettings(named);
  assertEquals([settings.endpoint, settings.login], ["https://mirror.example/hub", login]);
  assertEquals(hubHosts(named)[0], "mirror.example");
  assertEquals((await hubSettings(reading({}))).login, undefined);
  for (const HF_ENDPOINT of ["user:p@ss@mirror.example", "ftp://user:p@ss@mirror.example"]) {
    const { message } = assertThrows(
      () => hubHosts(reading({ HF_ENDPOINT })),
      InputError,
      "HF_ENDPOINT is '…@mirror.example'",
    );
    assertEquals(message.includes("p@ss"), false);
  }
});
