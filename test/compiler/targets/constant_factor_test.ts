import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { OperatorName } from "../../../src/compiler/graph/operator_attributes.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";
import { type ConstantFactor, constantFactor } from "../../../src/compiler/targets/constant_factor.ts";

const NUMBER = 3;

/** The inputs of an operator, each a number or the tensor x. */
type Inputs = readonly ("x" | typeof NUMBER)[];

const INPUTS: readonly Inputs[] = [["x"], ["x", NUMBER], [NUMBER, "x"]];

/** The number that an operator multiplies x by, by its function in plain numbers; `undefined` where it does something else, or nothing. */
function factorByFunction(op: OperatorName, inputs: Inputs): number | undefined {
  const { compute } = OPERATORS[op];
  if (compute === undefined) return undefined;
  const at = (x: number) => {
    const [first, second] = inputs.map((input) => input === "x" ? x : input);
    return Number(compute(first!, second!, undefined!));
  };
  const factor = at(1);
  const isFactor = [-100, -2.5, 0.5, 2, 100].every((x) => Math.abs(at(x) - factor * x) < 1e-9);
  return isFactor && factor !== 1 ? factor : undefined;
}

/** The factor that is found of an operator on six numbers x; `undefined` also where it does not take such inputs. */
function found(op: OperatorName, inputs: Inputs, isUsual = (_: number) => true): ConstantFactor | undefined {
  const b = new Builder("test");
  const x = b.input("x", "float32", [2, 3]);
  const values = inputs.map((input) => input === "x" ? x : b.scalar(input));
  try {
    return constantFactor(b.checkedNode(op, values, {})[0]!.producer!, isUsual);
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

Deno.test("of all operators, products, quotients and negations multiply by a number: the one of their function", () => {
  const multiplying: string[] = [];
  for (const op of Object.keys(OPERATORS) as OperatorName[]) {
    for (const inputs of INPUTS) {
      const what = `${op} of ${inputs.join(" and ")}`;
      const factor = found(op, inputs);
      if (factor === undefined) continue;
      assertAlmostEquals(factor.factor, factorByFunction(op, inputs)!, 1e-9, what);
      assertEquals(factor.at, inputs.indexOf("x"), what);
      multiplying.push(what);
    }
  }
  assertEquals(multiplying.sort(), ["Div of x and 3", "Mul of 3 and x", "Mul of x and 3", "Neg of x"]);
});

Deno.test("a number that is not usual is left where it is", () => {
  assertEquals(found("Mul", ["x", NUMBER], (factor) => factor !== NUMBER), undefined);
  assertEquals(found("Div", ["x", NUMBER], (factor) => factor < 1 / 4), undefined);
  assert(found("Div", ["x", NUMBER], (factor) => factor < 1 / 2));
});

Deno.test("a product that repeats its input, is in float16, or has no number has no constant factor", () => {
  const b = new Builder("test");
  const row = b.input("row", "float32", [1]);
  const half = b.input("half", "float16", [2, 3]);
  const x = b.input("x", "float32", [2, 3]);
  const threes = new Uint8Array(new Float32Array(6).fill(NUMBER).buffer);
  const wide = b.constant("wide", { type: "float32", dims: [2, 3], bytes: threes });
  const three = b.constant("three", {
    type: "float16",
    dims: [],
    bytes: new Uint8Array(new Float16Array([NUMBER]).buffer),
  });
  for (const [one, other] of [[row, wide], [half, three], [x, row], [x, x]] as const) {
    assertEquals(constantFactor(b.multiply(one, other).producer!, () => true), undefined);
  }
});
