import { assertEquals } from "@std/assert";
import type { SearchAxis } from "../../src/experiment/search_axes.ts";
import { edgeWarnings, seedsWarning } from "../../src/search/warnings.ts";

const PLACE = { line: 1, column: 1 };
const range = (key: string, from: number, to: number, isLog = false): SearchAxis => ({
  kind: "range",
  key,
  from,
  to,
  isLog,
  isInteger: false,
  places: { range: PLACE, from: PLACE, to: PLACE },
});
const RATE = "training.optimizer.learningRate";
const LENGTH = "prompt.length";
const choice = (key: string, values: readonly unknown[]): SearchAxis => {
  const overrides = values.map((value) => ({ path: key.split("."), value }));
  return { kind: "choice", key, values: overrides, first: overrides[0]! };
};

Deno.test("a best value at an edge is reported, by its logarithm on a logarithmic range", () => {
  const edges = (axis: SearchAxis, value: unknown) =>
    edgeWarnings([axis], { [axis.key]: value }).map(({ key, value }) => [key, value]);
  assertEquals(edges(range(RATE, 0.001, 1, true), 0.8), [[RATE, 0.8]]);
  assertEquals(edges(range(RATE, 0.001, 1, true), 0.0013), [[RATE, 0.0013]]);
  assertEquals(edges(range(RATE, 0.001, 1, true), 0.03), []);
  assertEquals(edges(range(RATE, 0.001, 1), 0.03), [[RATE, 0.03]], "3% of a linear range");
});

Deno.test("so is the first or last of three numbers or more, but where the schema allows none beyond", () => {
  const edges = (values: readonly unknown[], value: unknown) =>
    edgeWarnings([choice(LENGTH, values)], { [LENGTH]: value }).length;
  assertEquals([edges([1, 5, 20], 20), edges([2, 5, 20], 2), edges([2, 5, 20], 5)], [1, 1, 0]);
  assertEquals(edges([1, 5, 20], 1), 0, "no prompt is shorter than 1");
  assertEquals(
    [edges([5, 20], 20), edges(["a", "b", "c"], "c")],
    [0, 0],
    "two numbers and words have no edge",
  );
});

Deno.test("seeds that differ by more than configurations do are reported", () => {
  assertEquals(seedsWarning([0.6, 0.7], [0.64, 0.65]).map(({ kind }) => kind), ["seeds_differ_more"]);
  assertEquals(seedsWarning([0.6, 0.61], [0.5, 0.65]), []);
  assertEquals(seedsWarning([0.6], [0.5, 0.65]), []);
});
