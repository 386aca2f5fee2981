import { assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { int64 } from "../../../src/compiler/graph/constants.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Interpreter } from "../../../src/compiler/analysis/interpreter.ts";
import { numberArray } from "../../../src/compiler/analysis/number_array.ts";

/** The elements of what is built on `x` int64 [sequence], for x = 3, 0, 3. */
function elements(build: (b: Builder, x: Value) => Value): number[] | undefined {
  const b = new Builder("tiny.onnx");
  const x = b.input("x", "int64", [symbol("sequence")]);
  const found = new Interpreter({
    symbols: { sequence: 3 },
    inputs: { x: numberArray([3], Float64Array.of(3, 0, 3)) },
  }).valueOf(build(b, x));
  return found && Array.from(found.items);
}

const items = (b: Builder, ...of: number[]) => b.constant("items", int64(of, [of.length]));

Deno.test("graphs are computed in plain numbers", () => {
  const isZero = (b: Builder, x: Value) => b.op("Equal", [x, b.integer(0)]);
  assertEquals(elements(isZero), [0, 1, 0]);
  assertEquals(elements((b, x) => b.op("CumSum", [x, b.integer(0)])), [3, 3, 6]);
  assertEquals(elements((b, x) => b.op("CumSum", [x, b.integer(0)], { reverse: 1, exclusive: 1 })), [
    3,
    3,
    0,
  ]);
  assertEquals(elements((b, x) => b.op("Where", [isZero(b, x), b.integer(7), x])), [3, 7, 3]);
  assertEquals(elements((b, x) => b.op("Gather", [items(b, 10, 11, 12, 13), x], { axis: 0 })), [13, 10, 13]);
  assertEquals(elements((b, x) => b.op("Div", [x, b.integer(2)])), [1, 0, 1]);
  assertEquals(elements((b, x) => b.op("Clip", [x, b.integer(1), null])), [3, 1, 3]);
  assertEquals(elements((b, x) => b.sum(x, [0])), [6]);
  assertEquals(elements((b, x) => b.op("Concat", [x, items(b, 5)], { axis: 0 })), [3, 0, 3, 5]);
  assertEquals(
    elements((b, x) => b.op("Trilu", [b.expand(x, [2, symbol("sequence")])], { upper: 0 })),
    [3, 0, 0, 3, 0, 0],
  );
  assertEquals(elements((b, x) => b.transpose(b.expand(x, [2, symbol("sequence")]), [1, 0])), [
    3,
    3,
    0,
    0,
    3,
    3,
  ]);
});

Deno.test("what is not known, or reads beyond an end, is not guessed", () => {
  assertEquals(elements((b, x) => b.op("Gather", [items(b, 10, 11), x], { axis: 0 })), undefined);
  assertEquals(elements((b) => b.input("y", "int64", [])), undefined);
  assertEquals(elements((b, x) => b.op("Erf", [b.op("Cast", [x], { to: 1 })])), undefined);
});
