import { assert, assertEquals } from "@std/assert";
import type { SearchAxis } from "../../src/experiment/search_axes.ts";
import { Draws } from "../../src/search/draws.ts";

const PLACE = { line: 1, column: 1 };
const PLACES = { range: PLACE, from: PLACE, to: PLACE };

const choice = (key: string, first: unknown, ...others: readonly unknown[]): SearchAxis => {
  const override = (value: unknown) => ({ path: key.split("."), value });
  return { kind: "choice", key, values: [first, ...others].map(override), first: override(first) };
};
const range = (
  key: string,
  from: number,
  to: number,
  how: { isLog?: boolean; isInteger?: boolean } = {},
): SearchAxis => ({
  kind: "range",
  key,
  from,
  to,
  isLog: false,
  isInteger: false,
  ...how,
  places: PLACES,
});

function drawn(axes: readonly SearchAxis[], most: number, seed = 0): unknown[][] {
  const draws = new Draws(axes, seed);
  const all: unknown[][] = [];
  while (all.length < most) {
    const next = draws.next();
    if (next === undefined) break;
    all.push(next.map(({ value }) => value));
  }
  return all;
}

Deno.test("a finite space is drawn whole, each configuration once", () => {
  const axes = [choice("a", "x", "y", "z"), choice("b", 1, 2), range("c", 2, 5, { isInteger: true })];
  const all = drawn(axes, 100);
  assertEquals(all.length, 24);
  assertEquals(new Set(all.map(String)).size, 24);
});

Deno.test("a logarithmic range has as many draws between 0.001 and 0.01 as between 0.1 and 1", () => {
  const values = drawn([range("lr", 0.001, 1, { isLog: true })], 300).map(([one]) => Number(one));
  assert(values.every((one) => one >= 0.001 && one <= 1));
  for (const low of [0.001, 0.01, 0.1]) {
    const count = values.filter((one) => one >= low && one < 10 * low).length;
    assert(Math.abs(count - 100) <= 6, `${count} from ${low} on`);
  }
  assert(
    values.every((one) => one === Number(one.toPrecision(4))),
    "the numbers are short: they name folders",
  );
});

Deno.test("whole numbers are drawn evenly, both ends included", () => {
  const values = drawn([range("n", 1, 3, { isInteger: true }), range("x", 0, 1)], 300).map(([one]) =>
    Number(one)
  );
  for (const n of [1, 2, 3]) {
    const count = values.filter((one) => one === n).length;
    assert(Math.abs(count - 100) <= 10, `${count} times ${n}`);
  }
});

Deno.test("the same seed draws the same configurations in the same order", () => {
  const axes = [choice("a", "x", "y"), range("b", 0, 1)];
  assertEquals(drawn(axes, 30, 7), drawn(axes, 30, 7));
  assert(String(drawn(axes, 30, 7)) !== String(drawn(axes, 30, 8)));
});
