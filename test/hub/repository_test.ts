import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { hubError } from "../../src/hub/explain_error.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { Repository } from "../../src/hub/repository.ts";
import type { HubSettings } from "../../src/hub/settings.ts";
import { inFolder } from "../commands/softprompt.ts";
import { type HubContent, type LoopbackHub, withHub } from "./loopback_hub.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const LARGE = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7 % 251);
const CONTENT: HubContent = {
  name: "acme/tiny",
  commit: COMMIT,
  files: {
    "config.json": "{}",
    "tokenizer.json": "{ }",
    "README.md": "# Tiny",
    "onnx/model.onnx": LARGE,
    "onnx/model.onnx_data": LARGE.map((byte) => byte + 1),
    "empty.txt": "",
  },
};

/** A hub, an empty cache, and the notices so far. */
function hubTest(
  name: string,
  test: (
    context: {
      readonly hub: LoopbackHub;
      readonly cache: string;
      readonly said: string[];
      readonly open: (
        revision?: string,
        settings?: Partial<HubSettings>,
        name?: string,
      ) => Promise<Repository>;
    },
  ) => Promise<void>,
  content: HubContent = CONTENT,
): void {
  Deno.test(name, () =>
    inFolder((cache) =>
      withHub([content], async (hub) => {
        const said: string[] = [];
        const listener = {
          log: (line: string) => said.push(line),
          download: (name: string) => {
            let last = 0;
            return {
              progress: (received: number) => {
                assert(received >= last, "progress goes back");
                last = received;
              },
              end: () => said.push(`${name}: ${last}`),
            };
          },
        };
        const open = (revision = "main", given: Partial<HubSettings> = {}, name = content.name) => {
          const settings = { endpoint: hub.url, cache, token: undefined, offline: false, ...given };
          return Repository.open({ type: "model", name }, revision, settings, listener);
        };
        await test({ hub, cache, said, open });
      })
    ));
}

hubTest(
  "a file is downloaded once, into the layout that Hugging Face's tools share",
  async ({ hub, cache, said, open }) => {
    const repository = await open();
    const path = (await repository.file("onnx/model.onnx"))!;
    const folder: string = join(cache, "models--acme--tiny");
    assertEquals(path, join(folder, "snapshots", COMMIT, "onnx/model.onnx"));
    assertEquals(await Deno.readFile(path), LARGE);
    assertEquals(await Deno.readTextFile(join(folder, "refs/main")), COMMIT);
    const link = await Deno.readLink(path);
    assertEquals(link.startsWith("../../../blobs/"), true, link);
    assertEquals(link.split("/").at(-1)!.length, 64);
    assertEquals(said, ["acme/tiny/onnx/model.onnx: 100000"]);
    const before = hub.requests.length;
    assertEquals(await (await open(COMMIT)).file("onnx/model.onnx"), path);
    assertEquals(hub.requests.length, before, "a commit whose files are in the cache needs no request");
  },
);

hubTest("git's own files, empty ones too, are checked by git's hash", async ({ cache, open }) => {
  const repository = await open();
  assertEquals(await Deno.readTextFile((await repository.file("README.md"))!), "# Tiny");
  assertEquals(await Deno.readTextFile((await repository.file("empty.txt"))!), "");
  const blobs = await Array.fromAsync(Deno.readDir(join(cache, "models--acme--tiny/blobs")));
  assertEquals(blobs.map(({ name }) => name.length), [40, 40]);
});

hubTest(
  "a listing of several pages is read completely, and a path that is not in it is not a file",
  async ({ open }) => {
    const repository = await open();
    assertEquals(await repository.paths(), Object.keys(CONTENT.files));
    assertEquals(await repository.file("onnx/model_fp16.onnx"), undefined);
  },
);

hubTest("a download whose connection breaks is resumed where it broke", async ({ hub, open }) => {
  hub.faults.push({ path: "onnx/model.onnx", times: 3, answer: "cut" });
  const path = (await (await open()).file("onnx/model.onnx"))!;
  assertEquals(await Deno.readFile(path), LARGE);
  const ranges = hub.requests.filter((line) => line.includes("/cdn/") && !line.endsWith("bytes=0-0"));
  assertEquals(
    ranges.length > 1 && ranges.slice(1).every((line) => /bytes=[1-9]\d*-99999$/.test(line)),
    true,
  );
});

hubTest(
  "a download that was given up is resumed later, and is not a file until then",
  async ({ hub, cache, open }) => {
    hub.faults.push({ path: "onnx/model.onnx", times: 1, answer: "cut" }, {
      path: "onnx/model.onnx",
      times: 3,
      answer: { status: 410 },
    });
    const repository = await open();
    const error = await assertRejects(() => repository.file("onnx/model.onnx"), HubError);
    assertStringIncludes(error.message, "run the command again");
    const folder: string = join(cache, "models--acme--tiny");
    const left = await Array.fromAsync(Deno.readDir(join(folder, "blobs")));
    assertEquals(left.map(({ name }) => name.endsWith(".incomplete")), [true]);
    assertEquals(await Deno.stat(join(folder, "snapshots", COMMIT, "onnx/model.onnx")).catch(() => 0), 0);
    hub.faults.length = hub.requests.length = 0;
    assertEquals(await Deno.readFile((await repository.file("onnx/model.onnx"))!), LARGE);
    assertEquals(hub.requests.some((line) => /bytes=[1-9]\d*-/.test(line)), true);
  },
);

hubTest("a server that ignores a range costs a second download, not a wrong file", async ({ hub, open }) => {
  hub.faults.push({ path: "onnx/model.onnx", times: 1, answer: "cut" });
  hub.faults.push({ path: "onnx/model.onnx", times: 1, answer: "range ignored" });
  const path = (await (await open()).file("onnx/model.onnx"))!;
  assertEquals(await Deno.readFile(path), LARGE);
});

hubTest(
  "what an earlier attempt left is discarded where the file does not begin with it",
  async ({ cache, open }) => {
    const repository = await open();
    const blobs: string = join(cache, "models--acme--tiny/blobs");
    const hash = (await import("node:crypto")).createHash("sha256").update(LARGE).digest("hex");
    await Deno.mkdir(blobs, { recursive: true });
    await Deno.writeFile(join(blobs, `${hash}.incomplete`), new Uint8Array(50_000).fill(9));
    assertEquals(await Deno.readFile((await repository.file("onnx/model.onnx"))!), LARGE);
  },
);

hubTest("a file with another hash than the listed one is refused", async ({ hub, cache, open }) => {
  hub.faults.push({ path: "onnx/model.onnx", times: 9, answer: "corrupt" });
  const repository = await open();
  const error = await assertRejects(() => repository.file("onnx/model.onnx"), HubError);
  assertStringIncludes(error.message, "did not arrive as the hub lists it");
  assertEquals(await Array.fromAsync(Deno.readDir(join(cache, "models--acme--tiny/blobs"))), []);
});

hubTest("a refused request is repeated when the hub says", async ({ hub, said, open }) => {
  hub.faults.push({ path: "api", times: 1, answer: { status: 429, headers: { "retry-after": "1" } } });
  const started = performance.now();
  await open();
  assertEquals(performance.now() - started > 950, true);
  assertStringIncludes(said[0]!, "answers 429: retrying in 1 s");
});

hubTest("a hub that asks for a long wait is an error", async ({ hub, open }) => {
  hub.faults.push({ path: "api", times: 1, answer: { status: 429, headers: { "retry-after": "3600" } } });
  const error = await assertRejects(() => open(), HubError);
  assertStringIncludes(error.message, "HF_TOKEN");
});

hubTest(
  "a private repository needs a token, and the host that files are on does not see it",
  async ({ open }) => {
    const without = await assertRejects(() => open(), InputError);
    assertStringIncludes(
      without.message,
      "does not let anonymous users read the model 'acme/tiny': set HF_TOKEN",
    );
    const wrong = await assertRejects(() => open("main", { token: "hf_wrong" }), InputError);
    assertStringIncludes(wrong.message, "ask for access on");
    const odd = await assertRejects(() => open("main", { token: "secret" }), InputError);
    assertStringIncludes(odd.message, "begin with 'hf_'");
    const repository = await open("main", { token: "hf_right" });
    assertEquals(await Deno.readFile((await repository.file("onnx/model.onnx"))!), LARGE);
  },
  { ...CONTENT, token: "hf_right" },
);

hubTest("a missing revision or repository is reported as missing", async ({ open }) => {
  assertStringIncludes((await assertRejects(() => open("v9"), InputError)).message, "revision 'v9'");
  assertStringIncludes(
    (await assertRejects(() => open("main", {}, "acme/none"), InputError)).message,
    "'acme/none'",
  );
});

hubTest("offline, only the cache is used", async ({ hub, open }) => {
  const nothing = await assertRejects(() => open("main", { offline: true }), InputError);
  assertStringIncludes(nothing.message, "download it once without");
  const path = await (await open()).file("onnx/model.onnx");
  hub.requests.length = 0;
  const repository = await open("main", { offline: true });
  assertEquals([await repository.file("onnx/model.onnx"), await repository.file("config.json")], [
    path,
    undefined,
  ]);
  assertEquals(await repository.paths(), ["onnx/model.onnx"]);
  assertEquals(hub.requests, []);
});

hubTest(
  "an unreachable hub is not needed where the cache knows the commit",
  async ({ hub, said, open }) => {
    await (await open()).file("config.json");
    hub.faults.push({ path: "api", times: 9, answer: { status: 429, headers: { "retry-after": "3600" } } });
    assertEquals((await open()).commit, COMMIT);
    assertStringIncludes(said.at(-1)!, `using the cache, which was last at commit ${COMMIT}`);
  },
);

Deno.test("what cannot be downloaded is named where the hub cannot be reached", () => {
  const settings = { endpoint: "https://huggingface.co", token: undefined, cache: "", offline: false };
  const unreachable = new HubError("huggingface.co cannot be reached");
  const { message } = hubError(unreachable, { type: "model", name: "acme/tiny" }, "main", settings);
  assertEquals(message, "the model 'acme/tiny' cannot be downloaded: huggingface.co cannot be reached");
});

hubTest("a path that leads out of the repository is refused", async ({ open }) => {
  const error = await assertRejects(async () => (await open()).paths(), HubError);
  assertStringIncludes(error.message, '"../../../evil" leads out of it');
}, { ...CONTENT, files: { "../../../evil": "x" } });

hubTest(
  "neither a revision, a file's name nor a listed hash leads out of the cache",
  async ({ cache, open }) => {
    for (const revision of ["../..", "refs/../../..", "/etc", "a\\b", "v1/"]) {
      const error = await assertRejects(() => open(revision), InputError);
      assertStringIncludes(error.message, "cannot be a revision of 'acme/tiny'");
    }
    const repository = await open();
    for (const path of ["../../x", "/etc/passwd", "onnx/../../../x"]) {
      await assertRejects(() => repository.file(path), HubError, "leads out of it");
    }
    const error = await assertRejects(() => repository.file("config.json"), HubError);
    assertStringIncludes(error.message, "with the hash '../../../x'");
    assertEquals([...Deno.readDirSync(join(cache, "models--acme--tiny"))].map(({ name }) => name), ["refs"]);
  },
  { ...CONTENT, listedHash: "../../../x" },
);

hubTest("a commit that is no hash is refused, from the hub and from the cache", async ({ cache, open }) => {
  const error = await assertRejects(() => open(), HubError);
  assertStringIncludes(error.message, "gives '../../x' as the commit");
  const refs: string = join(cache, "models--acme--tiny/refs");
  await Deno.mkdir(refs, { recursive: true });
  await Deno.writeTextFile(join(refs, "main"), "../../x");
  const offline = await assertRejects(() => open("main", { offline: true }), InputError);
  assertStringIncludes(offline.message, "does not have revision 'main'");
}, { ...CONTENT, commit: "../../x" });

hubTest("a file of the cache that is a link out of its repository is refused", async ({ cache, open }) => {
  const repository = await open();
  await repository.file("config.json");
  await Deno.writeTextFile(join(cache, "secret"), "x");
  const path: string = join(repository.folder, "config.json");
  await Deno.remove(path);
  await Deno.symlink(join(cache, "secret"), path);
  const error = await assertRejects(() => repository.file("config.json"), InputError);
  assertStringIncludes(error.message, `is a symbolic link to ${join(cache, "secret")}`);
});

hubTest("a file that the hub keeps in chunks is fetched whole", async ({ hub, open }) => {
  hub.faults.push({ path: "onnx/model.onnx_data", times: 1, answer: "cut" });
  const path = (await (await open()).file("onnx/model.onnx_data"))!;
  assertEquals(await Deno.readFile(path), CONTENT.files["onnx/model.onnx_data"]);
  assertEquals(hub.requests.filter((line) => line.includes("xet")), []);
});

Deno.test("a listing that never ends is refused", () =>
  inFolder(async (cache) => {
    let pages = 0;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
      if (url.includes("/revision/")) return Response.json({ _id: "1", id: "acme/tiny", sha: COMMIT });
      const file = { type: "file", path: `${++pages}.json`, size: 2, oid: "a".repeat(40) };
      return Response.json([file], { headers: { link: `<${url}>; rel="next"` } });
    });
    const settings = {
      endpoint: `http://127.0.0.1:${server.addr.port}`,
      cache,
      token: undefined,
      offline: false,
    };
    const downloads = { log: () => {}, download: () => ({ progress: () => {}, end: () => {} }) };
    try {
      const repository = await Repository.open(
        { type: "model", name: "acme/tiny" },
        "main",
        settings,
        downloads,
      );
      const refused = () => repository.file("config.json");
      await assertRejects(refused, HubError, "lists files on more than 1,000 pages");
      assertEquals(pages, 1000);
    } finally {
      await server.shutdown();
    }
  }));
