import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ON_DISK } from "../../src/device/weight_files.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("parts of a file are read where they are", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights");
    await Deno.writeFile(path, Uint8Array.from({ length: 100 }, (_, i) => i));
    assertEquals(await ON_DISK.size(path), 100);
    assertEquals((await ON_DISK.read(path)).length, 100);
    assertEquals(await ON_DISK.readPart(path, 7, 3), Uint8Array.of(7, 8, 9));
    assertEquals(await ON_DISK.readPart(path, 100, 0), new Uint8Array());
    await assertRejects(() => ON_DISK.readPart(path, 90, 11), Deno.errors.UnexpectedEof, path);
  }));

Deno.test("a file has one identity as long as it holds the same, and no other file has it", () =>
  inFolder(async (folder) => {
    const [path, other] = [join(folder, "weights"), join(folder, "others")];
    for (const file of [path, other]) await Deno.writeFile(file, Uint8Array.of(1, 2));
    const identity = await ON_DISK.identity(path);
    assertEquals(await ON_DISK.identity(join(folder, ".", "weights")), identity);
    assertNotEquals(await ON_DISK.identity(other), identity);
    await Deno.writeFile(path, Uint8Array.of(3, 4));
    await Deno.utime(path, new Date(), new Date(2000, 1));
    const written = await ON_DISK.identity(path);
    assertNotEquals(written, identity);
    // As a download that replaces it does.
    await Deno.utime(other, new Date(), new Date(2000, 1));
    await Deno.rename(other, path);
    assertNotEquals(await ON_DISK.identity(path), written);
  }));
