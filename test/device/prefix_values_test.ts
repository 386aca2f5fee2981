import { assert, assertEquals } from "@std/assert";
import {
  type Feeds,
  float32Tensor,
  int64Tensor,
  type Session,
  type Tensor,
} from "../../src/device/device.ts";
import { PrefixValues } from "../../src/device/prefix_values.ts";
import type { ValueFile } from "../../src/device/stored_values.ts";

/** Ten values for each row: its id times 10, plus 0 to 9, as [2 parts of a text, 5, rows]. */
class Before implements Session {
  readonly inputNames = ["input_ids"];
  /** The number of rows that each call has computed, of each of its texts. */
  readonly calls: { readonly texts: number; readonly rows: number }[] = [];

  run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const { dims: [texts, rows], data } = feeds.input_ids as Extract<Tensor, { type: "int64" }>;
    this.calls.push({ texts: texts!, rows: rows! });
    const values = Array.from(
      { length: texts! * 10 },
      (_, i) =>
        Array.from(
          { length: rows! },
          (_, row) => Number(data[Math.floor(i / 10) * rows! + row]) * 10 + i % 10,
        ),
    );
    return Promise.resolve({
      past_0: float32Tensor(Float32Array.from(values.flat()), [texts! * 2, 5, rows!]),
    });
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** A session that gives what it is fed. */
const echo = {
  inputNames: ["input_ids", "past_0"],
  run: (feeds: Feeds) => Promise.resolve({ past_0: feeds.past_0 as Tensor }),
  release: () => Promise.resolve(),
};

/** Texts of some words, a prompt of one vector after each. */
function batch(...texts: readonly number[][]): Feeds {
  const longest = Math.max(...texts.map(({ length }) => length)) + 1;
  const padded = texts.flatMap((
    text,
  ) => [...text, ...Array.from({ length: longest - text.length }, () => 0)]);
  return {
    input_ids: int64Tensor(padded, [texts.length, longest]),
    prompt_rows: int64Tensor(texts.map(({ length }) => length), [texts.length, 1]),
  };
}

const AXES = { past_0: 2 };
/** The bytes of a row. */
const ROW = 40;

Deno.test("a batch reads the rows that stand before the prompt in all of its texts", async () => {
  const values = await PrefixValues.open(new Before(), AXES, Infinity);
  assertEquals(values.bytesPerRow, ROW);
  const session = values.session(echo);
  assertEquals(session.inputNames, ["input_ids"]);
  const { past_0 } = await session.run(batch([1, 2, 3], [4, 5]));
  assertEquals(past_0!.dims, [4, 5, 2]);
  const expected = [[1, 2], [4, 5]].flatMap((ids) =>
    Array.from({ length: 10 }, (_, i) => ids.map((id) => id * 10 + i)).flat()
  );
  assertEquals(Array.from(past_0!.data, Number), expected);
  const none = await session.run(batch([1, 2, 3], []));
  assertEquals(none.past_0!.dims, [4, 5, 0]);
});

Deno.test("a text's values are computed once, with those of texts of the same length", async () => {
  const before = new Before();
  const values = await PrefixValues.open(before, AXES, Infinity);
  const session = values.session(echo);
  await session.run(batch([1, 2, 3], [4, 5], [6, 7, 8]));
  await session.run(batch([6, 7, 8], [4, 5], [9, 9]));
  assertEquals(before.calls.slice(1), [
    { texts: 2, rows: 3 },
    { texts: 1, rows: 2 },
    { texts: 1, rows: 2 },
  ]);
});

Deno.test("what there is no room for is computed again, and gives the same", async () => {
  const before = new Before();
  const values = await PrefixValues.open(before, AXES, 3 * ROW);
  const session = values.session(echo);
  const given = async () => Array.from((await session.run(batch([1, 2, 3], [4, 5, 6]))).past_0!.data, Number);
  const first = await given();
  assertEquals(await given(), first);
  assertEquals(before.calls.slice(1), [{ texts: 2, rows: 3 }, { texts: 1, rows: 3 }]);
  values.end();
  assertEquals(await given(), first);
  assert(before.calls.at(-1)?.texts === 2);
});

/** A file in memory, which counts its uses. */
class MemoryFile implements ValueFile {
  readonly records: Uint8Array[] = [];
  reads = 0;
  closed = 0;

  /** @param most the records that it takes @param fails is called before each use */
  constructor(
    private readonly most = Infinity,
    private readonly fails: (use: "put" | "read") => void = () => {},
  ) {}

  put(pieces: readonly Uint8Array[]): number | undefined {
    this.fails("put");
    if (this.records.length >= this.most) return undefined;
    return this.records.push(Uint8Array.from(pieces.flatMap((piece) => [...piece]))) - 1;
  }

  read(number: number, into: Uint8Array): void {
    this.fails("read");
    this.reads++;
    into.set(this.records[number]!);
  }

  close(): void {
    this.closed++;
  }
}

const TEXTS = [[1, 2, 3], [4, 5, 6], [7, 8], [9]];

/** What two batches read in each of three epochs, and what was computed for them. */
async function epochsWith(
  most: number,
  file?: ValueFile,
): Promise<{ read: number[][]; calls: unknown[]; lines: string[] }> {
  const before = new Before();
  const values = await PrefixValues.open(before, AXES, most);
  const lines: string[] = [];
  if (file) values.useFile(file, (line) => lines.push(line));
  const session = values.session(echo);
  const read: number[][] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    for (const texts of [TEXTS.slice(0, 2), [TEXTS[3]!, TEXTS[1]!, TEXTS[2]!]]) {
      read.push(Array.from((await session.run(batch(...texts))).past_0!.data, Number));
    }
  }
  values.end();
  return { read, calls: before.calls.slice(1), lines };
}

Deno.test("what memory has no room for is read from a file, and is the same", async () => {
  const all = await epochsWith(Infinity);
  assertEquals(all.calls.length, 3);
  for (const most of [0, 3 * ROW, 5 * ROW]) {
    const file = new MemoryFile();
    const { read, calls, lines } = await epochsWith(most, file);
    assertEquals(read, all.read);
    assertEquals(calls, all.calls, "each text is computed once");
    assertEquals(lines, []);
    assertEquals(file.closed, 1);
    assert(file.reads > 0);
    assertEquals((await epochsWith(most)).read, all.read);
  }
});

Deno.test("what a file has no room for is computed again", async () => {
  const all = await epochsWith(Infinity);
  const file = new MemoryFile(1);
  const { read, calls, lines } = await epochsWith(0, file);
  assertEquals(read, all.read);
  assert(calls.length > all.calls.length);
  assertEquals([lines, file.reads], [[], 2]);
});

Deno.test("a file that fails is given up, which one line says, and what was in it is computed again", async () => {
  const all = await epochsWith(Infinity);
  const after = (uses: number, failing: "put" | "read") => {
    let left = uses;
    return (use: "put" | "read") => {
      if (use === failing && left-- <= 0) throw new Error("the disk is gone");
    };
  };
  for (const uses of [0, 1, 2]) {
    for (const [failing, done] of [["put", "written into"], ["read", "read from"]] as const) {
      const file = new MemoryFile(Infinity, after(uses, failing));
      const { read, lines } = await epochsWith(0, file);
      assertEquals(read, all.read);
      assertEquals(lines, [
        `they cannot be ${done} the file: the disk is gone; those that memory has no room for are computed in each step`,
      ]);
      assertEquals(file.closed, 1);
    }
  }
});
