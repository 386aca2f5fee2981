import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { checkListed, readChecked, withChecksums } from "../../src/disk/checksums.ts";
import { writeFolder } from "../../src/disk/replace_folder.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("files are read as they were written, or not at all", () =>
  inFolder(async (folder) => {
    const to = join(folder, "to");
    const written = withChecksums({ a: Uint8Array.of(1, 2), "b.onnx": new Uint8Array() });
    await writeFolder(to, written);
    const names = ["a", "b.onnx"];
    const read = () => readChecked(to, names);
    assertEquals(await read(), { a: Uint8Array.of(1, 2), "b.onnx": new Uint8Array() });
    assertEquals(
      (await Deno.readTextFile(join(to, "SHA256SUMS"))).split("\n")[1],
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.onnx",
    );
    await Deno.writeFile(join(to, "a"), Uint8Array.of(1, 3));
    await assertRejects(read, RangeError, "a has changed since it was written");
    await Deno.remove(join(to, "a"));
    await assertRejects(read, RangeError, "a is missing");
    await Deno.mkdir(join(to, "a"));
    await assertRejects(read, RangeError, "a is a folder");
    await Deno.remove(join(to, "a"));
    await new Deno.Command("mkfifo", { args: [join(to, "a")] }).output();
    await assertRejects(read, RangeError, "a is a device or a pipe");
    const sums = join(to, "SHA256SUMS");
    const lines = await Deno.readTextFile(sums);
    await Deno.writeTextFile(sums, lines.split("\n").slice(1).join("\n"));
    await assertRejects(read, RangeError, "SHA256SUMS does not list a");
    await Deno.writeTextFile(sums, "");
    await assertRejects(read, RangeError, "SHA256SUMS does not list a");
    await Deno.writeTextFile(sums, `${lines}00  c\n`);
    await assertRejects(read, RangeError, "SHA256SUMS lists c, which does not belong there");
    await Deno.remove(sums);
    await assertRejects(read, RangeError, "SHA256SUMS is missing");
    await assertRejects(() => readChecked(join(folder, "none"), names), Deno.errors.NotFound);
    await assertRejects(() => readChecked(join(to, "b.onnx"), names), RangeError, "it is not a folder");
  }));

Deno.test("a file that a folder's checksums list is checked against them, and others are not", () =>
  inFolder(async (folder) => {
    await writeFolder(folder, withChecksums({ a: "text" }));
    const check = (name: string, text: string) => checkListed(folder, name, new TextEncoder().encode(text));
    await check("a", "text");
    await check("b", "anything");
    await assertRejects(() => check("a", "texT"), InputError, `${join(folder, "a")} has changed`);
    await Deno.remove(join(folder, "SHA256SUMS"));
    await check("a", "texT");
  }));
