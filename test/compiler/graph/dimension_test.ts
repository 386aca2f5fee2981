import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  divide,
  evaluate,
  multiply,
  product,
  sameDimension,
  subtract,
  symbol,
} from "../../../src/compiler/graph/dimension.ts";

const batch = symbol("batch");
const sequence = symbol("sequence");

Deno.test("sums and products of symbols are the same whatever their order", () => {
  assertEquals(sameDimension(add(batch, sequence), add(sequence, batch)), true);
  assertEquals(
    sameDimension(multiply(batch, add(sequence, 2)), add(multiply(2, batch), multiply(sequence, batch))),
    true,
  );
  assertEquals(sameDimension(batch, sequence), false);
});

Deno.test("what cancels is a number again", () => {
  assertEquals(subtract(add(sequence, 3), sequence), 3);
  assertEquals(subtract(batch, batch), 0);
  assertEquals(multiply(0, batch), 0);
});

Deno.test("a division gives a dimension or nothing", () => {
  assertEquals(String(divide(product([batch, sequence, 256]), multiply(batch, 64))), "4*sequence");
  assertEquals(divide(batch, batch), 1);
  assertEquals(divide(batch, sequence), undefined);
  assertEquals(divide(multiply(3, batch), 2), undefined);
  assertEquals(divide(12, 4), 3);
});

Deno.test("a dimension has a value once its symbols have", () => {
  assertEquals(evaluate(add(multiply(batch, 2), 1), { batch: 5 }), 11);
  assertThrows(() => evaluate(sequence, { batch: 5 }), RangeError, "no value for the dimension 'sequence'");
});
