import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createTar, createTarGzip } from "nanotar";
import { provideRtPolarity } from "../../src/dataset/download.ts";
import { InputError } from "../../src/base/errors.ts";
import { shared, sharedTest } from "../shared.ts";
import { callIn } from "./call_in.ts";
import { call, inFolder } from "./softprompt.ts";

const FILES = ["rt-polarity.neg", "rt-polarity.pos"];

/** A server of the archive, which breaks off its first answer in the middle. */
async function serving(
  archive: Uint8Array<ArrayBuffer>,
  test: (url: string, ranges: (string | null)[]) => Promise<void>,
): Promise<void> {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const range = request.headers.get("range");
    const start = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    ranges.push(range);
    if (ranges.length > 1) return new Response(archive.slice(start), { status: range ? 206 : 200 });
    const half = archive.slice(0, archive.length / 2);
    const body = new ReadableStream(
      {
        pull(controller) {
          if (half.length > 0 && !this.sent) controller.enqueue(half);
          else controller.error(new Error("cut"));
          this.sent = true;
        },
        sent: false,
      } as UnderlyingDefaultSource<Uint8Array> & { sent: boolean },
    );
    return new Response(body, { headers: { "content-length": String(archive.length) } });
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}/rt-polaritydata.tar.gz`, ranges);
  } finally {
    await server.shutdown();
  }
}

sharedTest(
  "a download that breaks off is resumed, unpacked and checked, and not repeated",
  () =>
    inFolder(async (folder) => {
      const files = await Promise.all(
        FILES.map(async (name) => ({
          name: `rt-polaritydata/${name}`,
          data: await Deno.readFile(shared("data", name)),
        })),
      );
      const archive = Uint8Array.from(await createTarGzip(files));
      await serving(archive, async (url, ranges) => {
        await assertRejects(() => provideRtPolarity(folder, { url }));
        const seen: number[] = [];
        assertEquals(
          await provideRtPolarity(folder, { url, progress: (received) => seen.push(received) }),
          true,
        );
        assertEquals(seen.at(-1), archive.length);
        assertEquals(ranges.length, 2);
        assertEquals(
          /^bytes=\d+-$/.test(ranges[1] ?? ""),
          true,
          `the second request asks for the rest: ${ranges[1]}`,
        );
        for (const { name, data } of files) {
          const written = await Deno.readFile(join(folder, name.replace("rt-polaritydata/", "")));
          assertEquals(written.length, data.length);
        }
        assertEquals(await provideRtPolarity(folder, { url }), false);
        assertEquals(ranges.length, 2);
        assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted(), FILES);
      });
    }),
);

Deno.test("a download that is not an archive is refused and not kept", () =>
  inFolder(async (folder) => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () =>
      new Response("<html>moved</html>"));
    const url = `http://127.0.0.1:${server.addr.port}/x.tar.gz`;
    await assertRejects(
      () =>
        provideRtPolarity(folder, { url }),
      InputError,
      "is not a gzipped tar archive",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    await server.shutdown();
  }));

/** Serves a body once. */
async function answering(body: () => BodyInit, test: (url: string) => Promise<void>): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(body()),
  );
  await test(`http://127.0.0.1:${server.addr.port}/x.tar.gz`).finally(() => server.shutdown());
}

const gzipped = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  await new Response(stream.pipeThrough(new CompressionStream("gzip"))).bytes();

Deno.test("an archive that unpacks to too much, or is too long itself, is refused before it is read whole", () =>
  inFolder(async (folder) => {
    const zeros = new Uint8Array(2 ** 20);
    let made = 0;
    const much = (pieces: number) =>
      ReadableStream.from(function* () {
        for (made = 0; made < pieces; made++) yield zeros;
      }());
    const bomb = await gzipped(much(40));
    await answering(() => bomb, async (url) => {
      await assertRejects(
        () => provideRtPolarity(folder, { url }),
        InputError,
        "it unpacks to more than 32 MiB",
      );
    });
    await answering(() => much(4000), async (url) => {
      await assertRejects(() => provideRtPolarity(folder, { url }), InputError, "has more than 16 MiB");
    });
    assertEquals(made < 4000, true, `${made} MiB were taken`);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("entries of an archive are written nowhere but as the dataset's files, once each", () =>
  inFolder(async (folder) => {
    const data = new TextEncoder().encode("x\n");
    const files = FILES.map((name) => ({ name: `../../${name}`, data }));
    const cases: [(Parameters<typeof createTarGzip>[0]), string][] = [
      [[...files, { name: "../outside", data }, { name: "/absolute", data }], "its SHA-256 is"],
      [[...files, { name: `again/${FILES[0]}`, data }], `holds 2 files ${FILES[0]}`],
      [files.slice(1), `does not hold ${FILES[0]}`],
    ];
    for (const [entries, message] of cases) {
      const archive = Uint8Array.from(await createTarGzip(entries));
      await answering(() => archive, async (url) => {
        await assertRejects(() => provideRtPolarity(folder, { url }), InputError, message);
      });
    }
    // A symbolic link (type 2) that has a content, too.
    const tar = createTar(files);
    tar[156] = "2".charCodeAt(0);
    const linked = await gzipped(ReadableStream.from([Uint8Array.from(tar)]));
    await answering(() => linked, async (url) => {
      await assertRejects(() => provideRtPolarity(folder, { url }), InputError, `does not hold ${FILES[0]}`);
    });
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("a server that lacks the archive is named with its answer", () =>
  inFolder(async (folder) => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () =>
      new Response("", { status: 404 }));
    const url = `http://127.0.0.1:${server.addr.port}/x.tar.gz`;
    await assertRejects(
      () =>
        provideRtPolarity(folder, { url }),
      InputError,
      "answers 404 Not Found; pass a folder that has the files with --from DIR",
    );
    await server.shutdown();
    await assertRejects(() => provideRtPolarity(folder, { url }), InputError, `cannot reach ${url}`);
  }));

sharedTest(
  "'softprompt data' takes the files from a folder, checked, and has nothing to do the second time",
  () =>
    inFolder(async (folder) => {
      const args = ["data", "rt-polarity", "--from", shared("data"), "--to", folder];
      const first = await call(args);
      assertEquals(first.code, 0, first.stderr);
      assertStringIncludes(first.stdout, "both files are complete and checked");
      assertStringIncludes((await call(args)).stdout, "nothing to do");
    }),
);

sharedTest(
  "'softprompt data' writes where experiments of the folder find the dataset",
  () =>
    inFolder(async (folder) => {
      const project = join(folder, "project");
      const experiments = join(project, "experiments");
      await Deno.mkdir(experiments, { recursive: true });
      const fetch = async (here: string) => {
        const { code, stdout, stderr } = await callIn(here, "data", "rt-polarity", "--from", shared("data"));
        assertEquals(code, 0, stderr);
        return stdout.trim();
      };
      assertEquals(await fetch(project), "data/rt-polarity: both files are complete and checked");
      const nothing = "nothing to do, both files exist and are correct";
      assertEquals(await fetch(experiments), `../data/rt-polarity: ${nothing}`);
      await Deno.remove(join(project, "data/rt-polarity"), { recursive: true });
      assertEquals(await fetch(experiments), "../data/rt-polarity: both files are complete and checked");
      await Deno.mkdir(join(experiments, "data"));
      assertEquals(await fetch(experiments), `../data/rt-polarity: ${nothing}`);
    }),
);

Deno.test("'softprompt data' refuses other files than the published ones", () =>
  inFolder(async (folder) => {
    for (const name of FILES) await Deno.writeTextFile(join(folder, name), "something else\n");
    const { code, stderr } = await call([
      "data",
      "rt-polarity",
      "--from",
      folder,
      "--to",
      join(folder, "data"),
    ]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "its SHA-256 is");
  }));
