import { assert, assertEquals } from "@std/assert";
import { product } from "../../../src/compiler/graph/dimension.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";
import type { OpDefinition } from "../../../src/compiler/ops/op_definition.ts";

const ROWS: readonly (readonly [string, OpDefinition])[] = Object.entries(OPERATORS);
const PAIRS = [-2, -1, 0, 1, 3].flatMap((x) => [-1, 0, 1, 2].map((y): [number, number] => [x, y]));

/** The operators of two inputs whose numbers are the same in either order, `NaN` being itself. */
function commutative(): string[] {
  return ROWS.filter(([, { compute }]) =>
    compute?.length === 2 && PAIRS.every(([x, y]) => Object.is(compute(x, y, 0), compute(y, x, 0)))
  ).map(([op]) => op);
}

Deno.test("those operators are called commutative of which the numbers are the same in either order", () => {
  assertEquals(commutative().sort(), ROWS.filter(([, row]) => row.isCommutative).map(([op]) => op).sort());
});

Deno.test("views and permutations keep the number of elements, and repeats multiply it", () => {
  const b = new Builder("model.onnx");
  const x = b.input("x", "float32", [2, 1, 3]);
  const made = new Map<string, Value>([
    b.op("Identity", [x]),
    b.op("Reshape", [x, b.integers([3, 2])]),
    b.op("Unsqueeze", [x, b.integers([0])]),
    b.op("Squeeze", [x, b.integers([1])]),
    b.op("Flatten", [x]),
    b.op("Transpose", [x], { perm: [2, 0, 1] }),
    b.op("Expand", [x, b.integers([2, 4, 3])]),
    b.op("Tile", [x, b.integers([1, 2, 2])]),
  ].map((value) => [value.producer!.op, value]));
  const moving = ROWS.filter(([, row]) => row.movement !== undefined);
  assertEquals(moving.map(([op]) => op).sort(), [...made.keys()].sort());
  for (const [op, { movement }] of moving) {
    assertEquals(product(made.get(op)!.shape), movement === "repeat" ? 24 : 6, op);
  }
});

Deno.test("what is computed element by element is elementwise, and what is accumulated along axes mixes these", () => {
  for (const [op, { compute, accumulate, isElementwise, lookup, mixedAxes }] of ROWS) {
    assert(
      compute === undefined || isElementwise,
      `${op} computes element by element, and is not elementwise`,
    );
    assert(accumulate === undefined || mixedAxes, `${op} accumulates along no axis`);
    assert(!(isElementwise && (lookup || mixedAxes)), `${op} is elementwise and reads other places`);
  }
});

Deno.test("what is said to scale with its inputs does", () => {
  const same = (found: number, expected: number) =>
    assert(Object.is(found, expected) || Math.abs(found - expected) < 1e-12, `${found} for ${expected}`);
  for (const [op, { compute, scalesWith, movement }] of ROWS) {
    if (compute === undefined || scalesWith === undefined || movement !== undefined) continue;
    for (const k of [-2, 3]) {
      for (const [x, y] of PAIRS.filter(([, y]) => scalesWith !== "quotient" || y !== 0)) {
        if (op === "Where") {
          // Its first input is a condition.
          for (const holds of [0, 1]) same(compute(holds, k * x, k * y), k * compute(holds, x, y));
        } else if (scalesWith === "all") {
          same(compute(k * x, k * y, 0), k * compute(x, y, 0));
        } else {
          same(compute(k * x, y, 0), k * compute(x, y, 0));
          same(compute(x, k * y, 0), compute(x, y, 0) * (scalesWith === "each" ? k : 1 / k));
        }
      }
    }
  }
});
