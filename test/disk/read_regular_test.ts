import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readRegular, readRegularText } from "../../src/disk/read_regular.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a file is read, and what is none is named and not waited for", () =>
  inFolder(async (folder) => {
    const [file, pipe, zero] = ["file", "pipe", "zero"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await Deno.writeTextFile(file, "ä");
    assertEquals(await readRegular(file), new TextEncoder().encode("ä"));
    assertEquals(await readRegularText(file), "ä");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await Deno.symlink("/dev/zero", zero);
    for (const path of [pipe, zero]) {
      await assertRejects(() => readRegularText(path), InputError, `${path} is a device or a pipe`);
    }
    await assertRejects(() => readRegular(folder), InputError, "is a folder");
    await assertRejects(() => readRegular(join(folder, "none")), Deno.errors.NotFound);
  }));
