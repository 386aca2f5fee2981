import { assert, assertEquals } from "@std/assert";
import {
  type Feeds,
  float32Tensor,
  int64Tensor,
  type Session,
  type Tensor,
} from "../../src/device/device.ts";
import { PrefixValues } from "../../src/device/prefix_values.ts";

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
