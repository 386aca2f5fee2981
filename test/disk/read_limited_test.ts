import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { hashFile } from "../../src/disk/hash_file.ts";
import { LineLimit } from "../../src/disk/line_limit.ts";
import { readJson } from "../../src/disk/read_json.ts";
import { readLimited, readTextLimited } from "../../src/disk/read_limited.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a file that is larger than its limit is refused with both, before it is read", () =>
  inFolder(async (folder) => {
    const file = join(folder, "x");
    await Deno.writeTextFile(file, "12345");
    assertEquals(await readTextLimited(file, { most: 5 }), "12345");
    await Deno.truncate(file, 40 * 2 ** 30);
    const message = `${file} is too large to be read (40 GiB, and at most `;
    await assertRejects(() => readLimited(file, { most: 5 }), InputError, `${message}5 bytes)`);
    await assertRejects(
      () => readLimited(file, { most: 2 ** 20, wayOut: "divide it" }),
      InputError,
      `${message}1 MiB): divide it`,
    );
    await assertRejects(() => readJson(file), InputError, `${message}128 MiB)`);
    await assertRejects(() => hashFile(file), InputError, `${message}32 GiB)`);
  }));

Deno.test("a file is read, and what is none is named and not waited for", () =>
  inFolder(async (folder) => {
    const path = (name: string): string => join(folder, name);
    const [file, pipe, zero] = [path("file"), path("pipe"), path("zero")];
    await Deno.writeTextFile(file, "ä");
    assertEquals(await readLimited(file, { most: 5 }), new TextEncoder().encode("ä"));
    assertEquals(await readTextLimited(file, { most: 5 }), "ä");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await Deno.symlink("/dev/zero", zero);
    for (const other of [pipe, zero]) {
      await assertRejects(
        () => readTextLimited(other, { most: 5 }),
        InputError,
        `${other} is a device or a pipe`,
      );
    }
    await assertRejects(() => readLimited(folder, { most: 5 }), InputError, "is a folder");
    await assertRejects(() => readLimited(path("none"), { most: 5 }), Deno.errors.NotFound);
  }));

Deno.test("a line may be long, but not without end", async () => {
  const read = (pieces: Iterable<string>) =>
    Array.fromAsync(ReadableStream.from(pieces).pipeThrough(new LineLimit()));
  const piece = "x".repeat(2 ** 23);
  const lines = [piece, `${piece}\n`, piece, piece];
  assertEquals((await read(lines)).length, 4);
  await assertRejects(() => read([...lines, "x"]), InputError, "a line of more than 16,777,216 characters");
});
