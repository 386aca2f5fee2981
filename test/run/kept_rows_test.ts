import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  diskForRows,
  type FileRoom,
  keptRowsNotice,
  memoryForRows,
  rowsBefore,
} from "../../src/run/kept_rows.ts";
import { onSmallDisk } from "../disk/small_disk.ts";
import { ROOT } from "../shared.ts";

Deno.test("at most a quarter of the free memory is kept of the rows before prompts", () => {
  const room = memoryForRows();
  assert(room > 0 && room <= Deno.systemMemoryInfo().available / 3, String(room));
});

Deno.test("workers that share the memory keep no more together than one alone", () => {
  const room = memoryForRows(8);
  assert(room > 0 && room <= Deno.systemMemoryInfo().available / (3 * 8), String(room));
});

Deno.test({
  name: "at most a quarter of a disk's free space is used, divided among those that share it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { stdout } = await new Deno.Command("df", { args: ["-P", "-k", ROOT] }).output();
    const free = 1024 * Number(new TextDecoder().decode(stdout).split("\n")[1]?.split(/\s+/)[3]);
    for (const workers of [1, 8]) {
      const room = diskForRows(ROOT, workers);
      const bytes = "bytes" in room ? room.bytes : 0;
      assert(bytes > 0 && bytes <= free / (3 * workers), `${JSON.stringify(room)} of ${free}`);
      // A quarter of what was free before the file grew.
      const grown = diskForRows(ROOT, workers, free);
      assert("bytes" in grown && grown.bytes > 1.5 * bytes && grown.bytes < 2.5 * bytes);
    }
  },
});

Deno.test("a file system in memory has no room beyond memory", () =>
  onSmallDisk(1, (disk) => {
    assertEquals(diskForRows(disk), { without: `files in ${disk} are in memory, too` });
    return Promise.resolve();
  }));

Deno.test("a run says how much it keeps of the rows before its prompts, and where", () => {
  const tail = (bytesPerRow: number, memory: number, file: FileRoom) => {
    const { line } = keptRowsNotice("after", { examples: 2, rows: [60, 20], bytesPerRow, memory, file });
    return line.split(": ").slice(2).join(": ");
  };
  const small = "their keys and values take 2.00 MB an example, 4.00 MB for 2 examples";
  assertEquals(tail(50_000, 1e9, { bytes: 0 }), `${small}, kept in memory for all epochs`);
  const large = "their keys and values take 2.00 GB an example, 4.00 GB for 2 examples; there is room for";
  assertEquals(
    tail(50_000_000, 1e9, { bytes: 3e9 }),
    `${large} 1.00 GB in memory, and the others are kept in a file`,
  );
  assertEquals(
    tail(50_000_000, 1e9, { bytes: 2e9 }),
    `${large} 1.00 GB in memory and for 2.00 GB in a file, and the others are computed in each step`,
  );
  assertEquals(
    tail(50_000_000, 1e9, { without: "each is read once" }),
    `${large} 1.00 GB in memory, and the others are computed in each step, as each is read once`,
  );
});

Deno.test("equal texts before prompts, which are kept once, count once", () => {
  const text = (words: number, word: number) => {
    const ids = Array.from({ length: words + 2 }, () => word);
    return { ids, positions: ids.map((_, i) => i), promptRows: [words, words + 1] };
  };
  const rows = rowsBefore([...Array.from({ length: 1999 }, (_, i) => text(20, i % 2)), text(60, 1)]);
  assertEquals(rows, [20, 20, 60]);
  const all = { examples: 2000, rows, bytesPerRow: 30_000, memory: 4e6, file: { bytes: 0 } };
  assertStringIncludes(
    keptRowsNotice("after", all).line,
    "take 1.00 MB a text, 3.00 MB for 2,000 examples with 3 different texts before the prompt, kept in memory",
  );
});
