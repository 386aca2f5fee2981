import { assert, assertEquals } from "@std/assert";
import { KeptValues } from "../../src/device/kept_values.ts";
import type { ValueFile } from "../../src/device/stored_values.ts";

/** Texts of one value of 100 numbers. */
const SIZES = new Map([["past", (rows: number) => 100 * rows]]);

/** How long things take, in milliseconds for a text. */
interface Times {
  readonly compute: number;
  readonly write: number;
  /** Of an epoch. */
  readonly read: (epoch: number) => number;
}

/** Texts of which nothing fits into memory, in epochs of batches of one, by a clock that only they move. */
async function epochs(count: number, { compute, write, read }: Times) {
  let [time, epoch] = [0, 0];
  const file: ValueFile & { readonly records: Uint8Array[]; isOpen: boolean } = {
    records: [],
    isOpen: true,
    put(pieces) {
      time += write;
      return this.records.push(Uint8Array.from(pieces[0]!)) - 1;
    },
    read(number, into) {
      assert(this.isOpen);
      time += read(epoch);
      into.set(this.records[number]!);
    },
    close() {
      this.isOpen = false;
    },
  };
  const lines: string[] = [];
  const kept = new KeptValues(SIZES, 0, () => time);
  kept.useFile(file, (line) => lines.push(line));
  const computed: number[] = [];
  for (; epoch < count; epoch++) {
    let texts = 0;
    for (let text = 0; text < 100; text++) {
      const key = `text ${text}`;
      const expected = new Float32Array(100).fill(text);
      const found = kept.of([key]).get(key);
      if (found === undefined) {
        texts++;
        await kept.timed(400, () => Promise.resolve(time += compute));
        kept.keep(key, { rows: 1, values: new Map([["past", expected]]) });
      } else assertEquals(found.values.get("past"), expected);
    }
    computed.push(texts);
  }
  return { time, computed, lines, written: file.records.length, isOpen: file.isOpen };
}

Deno.test("a file that is faster than computing is used", async () => {
  const { computed, lines, written } = await epochs(4, { compute: 100, write: 50, read: () => 90 });
  assertEquals([computed, lines, written], [[100, 0, 0, 0], [], 100]);
});

Deno.test("a file that is slower than computing costs a second, and is given up", async () => {
  const { time, computed, lines, isOpen } = await epochs(4, { compute: 100, write: 50, read: () => 200 });
  const whole = 4 * 100 * 100 + 100 * 50;
  assert(time > whole && time < whole + 1500, String(time));
  assertEquals(computed, [100, 89, 100, 100]);
  assertEquals(lines, [
    "reading them from the file takes longer than computing them; those that memory has no room for are computed in each step",
  ]);
  assert(!isOpen);
});

Deno.test("a file that becomes slow later is given up as soon", async () => {
  const read = (epoch: number) => epoch < 3 ? 1 : 200;
  const { computed } = await epochs(5, { compute: 100, write: 1, read });
  assertEquals(computed, [100, 0, 0, 89, 100]);
});

Deno.test("what takes more than half as long to write as to compute is written no more, and what was is read", async () => {
  const { computed, lines, written } = await epochs(3, { compute: 100, write: 100, read: () => 1 });
  assertEquals([computed, written], [[100, 79, 79], 21]);
  assertEquals(lines, ["writing them into the file takes too long; the others are computed in each step"]);
});
