import { assertEquals, assertThrows } from "@std/assert";
import { pairGroups } from "../../src/diff/pairing.ts";
import { InputError } from "../../src/base/errors.ts";

const side = (source: string, ...names: string[]) => ({
  source,
  groups: names.map((name) => ({ name, runs: [] })),
});

Deno.test("variants are paired by their names, and those without a counterpart are listed", () => {
  const { pairs, variantsOnlyInA, variantsOnlyInB } = pairGroups(
    side("a", "length=1", "length=5", "length=20"),
    side("b", "length=20", "length=5", "length=50"),
  );
  assertEquals(pairs.map(({ variant, a, b }) => [variant, a.name, b.name]), [
    ["length=5", "length=5", "length=5"],
    ["length=20", "length=20", "length=20"],
  ]);
  assertEquals([variantsOnlyInA, variantsOnlyInB], [["length=1"], ["length=50"]]);
});

Deno.test("a single run is compared with each variant of the other side", () => {
  const { pairs } = pairGroups(side("a", ""), side("b", "length=1", "length=5"));
  assertEquals(pairs.map(({ variant, a }) => [variant, a.name]), [["length=1", ""], ["length=5", ""]]);
  assertEquals(pairGroups(side("a", "length=1"), side("b", "seed")).pairs.map(({ variant }) => variant), [
    "",
  ]);
});

Deno.test("sides without a variant in common are refused", () => {
  assertThrows(
    () => pairGroups(side("a", "x", "y"), side("b", "v", "w")),
    InputError,
    "no variant in common",
  );
});
