import { assertEquals } from "@std/assert";
import { INTERPRETATIONS } from "../../../src/compiler/analysis/interpreted_operators.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";

Deno.test("an operator is interpreted by its row or by its interpretation, and not by both", () => {
  const byRow = Object.entries(OPERATORS).filter(([, { compute, accumulate, movement }]) =>
    compute !== undefined || accumulate !== undefined || movement === "view"
  );
  assertEquals(byRow.map(([op]) => op).filter((op) => Object.hasOwn(INTERPRETATIONS, op)), []);
});
