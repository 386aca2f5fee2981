import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ScratchFile } from "../../src/disk/scratch_file.ts";
import { inFolder } from "../commands/softprompt.ts";
import { onSmallDisk } from "./small_disk.ts";

const isLinux = Deno.build.os === "linux";

/** Some bytes, others for each number. */
const bytesOf = (number: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + number * 7) % 251);

const names = (folder: string) => Array.fromAsync(Deno.readDir(folder), ({ name }) => name);

/** A path to the open file of a folder, which has no name there, on Linux. */
function openPath(folder: string): string {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const path = `/proc/self/fd/${name}`;
    try {
      if (Deno.readLinkSync(path).startsWith(`${Deno.realPathSync(folder)}/`)) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`no file of ${folder} is open`);
}

Deno.test("what was put is read by its number, in any order, and nothing is left in the folder", () =>
  inFolder(async (folder) => {
    const file = new ScratchFile(folder, () => Infinity);
    assertEquals(await names(folder), []);
    const lengths = [5, 100_000, 1, 300_000];
    const numbers = lengths.map((length, i) => {
      const bytes = bytesOf(i, length);
      return file.put([bytes.subarray(0, 2), bytes.subarray(2, 4), bytes.subarray(4)]);
    });
    if (Deno.build.os !== "windows") assertEquals(await names(folder), [], "it has no name");
    for (const i of [3, 1, 0, 2, 1]) {
      const into = new Uint8Array(lengths[i]!);
      file.read(numbers[i]!, into);
      assertEquals(into, bytesOf(i, lengths[i]!));
    }
    assertThrows(() => file.read(numbers[0]!, new Uint8Array(6)), RangeError);
    file.close();
    assertThrows(() => file.read(numbers[0]!, new Uint8Array(5)), RangeError);
    assertEquals(await names(folder), []);
  }));

Deno.test("no more is put than there is room for", () =>
  inFolder((folder) => {
    const file = new ScratchFile(folder, () => 10);
    assertEquals([4, 6, 1].map((length) => file.put([bytesOf(0, length)])), [0, 1, undefined]);
    file.close();
    return Promise.resolve();
  }));

Deno.test({
  name: "of a file that was cut, or changed, what is left is read, and the rest refused",
  ignore: !isLinux,
  fn: () =>
    inFolder(async (folder) => {
      const file = new ScratchFile(folder, () => Infinity);
      for (const i of [0, 1, 2, 3]) file.put([bytesOf(i, 1000)]);
      const path = openPath(folder);
      using other = await Deno.open(path, { write: true });
      await other.seek(1500, Deno.SeekMode.Start);
      await other.write(Uint8Array.of(0, 0, 0));
      await other.truncate(3500);
      const into = new Uint8Array(1000);
      assertThrows(
        () => file.read(1, into),
        Deno.errors.InvalidData,
        "it has lost what was written at byte 1000",
      );
      assertThrows(() => file.read(3, into), Deno.errors.UnexpectedEof, "it was cut after 3500 bytes");
      for (const i of [0, 2]) {
        file.read(i, into);
        assertEquals(into, bytesOf(i, 1000));
      }
      // Grown again, it has zeros.
      await other.truncate(4000);
      assertThrows(() => file.read(3, into), Deno.errors.InvalidData);
      file.close();
    }),
});

Deno.test("a full disk is an error, and closing frees the space", () =>
  onSmallDisk(1, async (disk) => {
    const file = new ScratchFile(disk, () => Infinity);
    assertEquals(file.put([bytesOf(0, 700_000)]), 0);
    const error = assertThrows(() => file.put([bytesOf(1, 700_000)]), Error);
    assertEquals((error as { readonly code?: string }).code, "ENOSPC");
    const into = new Uint8Array(700_000);
    file.read(0, into);
    assertEquals(into, bytesOf(0, 700_000));
    file.close();
    await Deno.writeFile(join(disk, "other"), bytesOf(2, 900_000));
  }));

Deno.test("what a killed process has left goes when the next file is made, and nothing else does", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, `${crypto.randomUUID()}.scratch`), "left");
    await Deno.writeTextFile(join(folder, "mine.scratch"), "mine");
    await Deno.mkdir(join(folder, `${crypto.randomUUID()}.scratch`));
    const file = new ScratchFile(folder, () => Infinity);
    file.put([bytesOf(0, 10)]);
    file.close();
    const left = await names(folder);
    assertEquals(left.length, 2, left.join());
    assert(left.includes("mine.scratch"));
  }));
