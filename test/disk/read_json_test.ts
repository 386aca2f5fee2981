import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readJson } from "../../src/disk/read_json.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("JSON of a model may begin with a byte order mark", () =>
  inFolder(async (folder) => {
    const file = join(folder, "config.json");
    await Deno.writeFile(
      file,
      Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode('{"model_type":"bert"}')),
    );
    assertEquals(await readJson(file), { model_type: "bert" });
  }));

const UTF16 = Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0);

for (
  const [content, message] of [
    ["null", "must contain a JSON object ({…}), but it contains null"],
    ["[]", "but it contains a list"],
    ["7", "but it contains a number"],
    ["", "is not JSON: Unexpected end of JSON input"],
    ['{\n  "a": 1,\n  oops\n}', "is not JSON: "],
    [UTF16, "is utf-16le, not utf-8"],
  ] as const
) {
  Deno.test(`a file of a model that holds ${JSON.stringify(content)} is refused in a line with its name`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "config.json");
      await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
      const error = await assertRejects(() => readJson(file), InputError, message);
      assertEquals([error.message.startsWith(file), error.message.includes("\n")], [true, false]);
    }));
}

Deno.test("a file of a model that is nested too deeply, or is no regular file, is refused with its name", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "tokenizer.json");
    await Deno.writeTextFile(file, `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    await assertRejects(
      () => readJson(file),
      InputError,
      `${file} is not JSON: lists and objects are nested`,
    );
    await assertRejects(() => readJson("/dev/zero"), InputError, "/dev/zero is a device or a pipe");
    await assertRejects(() => readJson(folder), InputError, `${folder} is a folder`);
  }));
