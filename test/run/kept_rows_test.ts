import { assert, assertEquals } from "@std/assert";
import { keptRowsNotice, roomForRows } from "../../src/run/kept_rows.ts";

Deno.test("at most a quarter of the free memory is kept of the rows before prompts", () => {
  const room = roomForRows();
  assert(room > 0 && room <= Deno.systemMemoryInfo().available / 3, String(room));
});

Deno.test("workers that share the memory keep no more together than one alone", () => {
  const room = roomForRows(8);
  assert(room > 0 && room <= Deno.systemMemoryInfo().available / (3 * 8), String(room));
});

Deno.test("a run says how much it keeps of the rows before its prompts", () => {
  const examples = [{ promptRows: [60, 61] }, { promptRows: [20, 21] }];
  const tail = (bytesPerRow: number, room: number) =>
    keptRowsNotice("after", bytesPerRow, examples, room).line.split(": ").at(-1);
  const begun = "their keys and values take";
  assertEquals(tail(50_000, 1e9), `${begun} 2.0 MB an example, 4.0 MB for 2 examples, kept for all epochs`);
  assertEquals(
    tail(50_000_000, 2e9),
    `${begun} 2.0 GB an example, 4.0 GB for 2 examples; there is room for 2.0 GB, and the others are computed in each step`,
  );
});
