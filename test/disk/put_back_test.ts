import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { replaceFolder } from "../../src/disk/replace_folder.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("where the new folder cannot be moved, the old one is back in its place at once", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out");
    const complete = join(folder, "none");
    await Deno.mkdir(path);
    await Deno.writeTextFile(join(path, "a"), "kept");
    await assertRejects(() => replaceFolder(path, complete, () => true), Deno.errors.NotFound);
    assertEquals(await Deno.readTextFile(join(path, "a")), "kept");
  }));
