import { assertEquals } from "@std/assert";
import type { Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { multiplyWithinProducts } from "../../../../src/compiler/targets/webgpu/scalar_factors.ts";
import { operatorsAfter, weight } from "./same_results.ts";

function after(make: (b: Builder) => Value | Readonly<Record<string, Value>>): Promise<string[]> {
  const b = new Builder("test");
  const made = make(b);
  const outputs = "shape" in made ? { y: made as Value } : made as Readonly<Record<string, Value>>;
  return operatorsAfter(multiplyWithinProducts, b.graph(new Map(Object.entries(outputs))));
}

/** A product with a weight and a bias, as a layer has it. */
function layer(b: Builder, name: string, x: Value, columns: number): Value {
  const rows = b.reshape(x, [6, x.shape.at(-1)!]);
  const w = b.constant(`${name} weight`, weight(Number(x.shape.at(-1)), columns));
  return b.reshape(b.op("Gemm", [rows, w, b.constant(`${name} bias`, weight(columns))]), [2, 3, columns]);
}

const given = (b: Builder, name: string) => b.input(name, "float32", [2, 3, 4]);

Deno.test("a factor after a product is its alpha and beta", async () => {
  assertEquals(await after((b) => b.op("Tanh", [b.divide(layer(b, "a", given(b, "x"), 5), b.scalar(8))])), [
    "Gemm",
    "Tanh",
  ]);
});

Deno.test("a factor before a product is its alpha, through moves, sums and other products", async () => {
  const made = await after((b) => {
    const third = b.multiply(b.scalar(1 / 3), b.op("Tanh", [given(b, "x")]));
    const turned = b.transpose(b.negate(third), [0, 2, 1]);
    const mixed = b.matmul(turned, b.input("m", "float32", [2, 3, 4]));
    const total = b.sum(mixed, [1]);
    return b.op("Gemm", [b.reshape(total, [2, 4]), b.constant("w", weight(4, 5))]);
  });
  assertEquals(made, ["Tanh", "Transpose", "MatMul", "ReduceSum", "Gemm"]);
});

Deno.test("scores are scaled in the queries' product, and their gradient in the product after it", async () => {
  const made = await after((b) => {
    const x = given(b, "x");
    const [queries, keys] = [layer(b, "q", x, 4), layer(b, "k", x, 4)];
    const scores = b.divide(b.matmul(queries, b.transpose(keys, [0, 2, 1])), b.scalar(2));
    const slope = b.divide(b.op("Softmax", [scores], { axis: -1 }), b.scalar(2));
    const ofQueries = b.matmul(slope, keys);
    const ofKeys = b.matmul(b.transpose(slope, [0, 2, 1]), queries);
    return {
      one: b.op("Gemm", [b.reshape(ofQueries, [6, 4]), b.constant("wq", weight(4, 5))]),
      other: b.op("Gemm", [b.reshape(ofKeys, [6, 4]), b.constant("wk", weight(4, 5))]),
    };
  });
  assertEquals(made.filter((op) => op === "Mul" || op === "Div"), []);
});

Deno.test("the root of two in GELU is the product's before it, and the half that of the one after it", async () => {
  const made = await after((b) => {
    const x = layer(b, "a", given(b, "x"), 8);
    const raised = b.add(b.op("Erf", [b.multiply(x, b.scalar(Math.SQRT1_2))]), b.scalar(1));
    return layer(b, "b", b.multiply(b.multiply(x, raised), b.scalar(0.5)), 4);
  });
  assertEquals(made, ["Gemm", "Erf", "Add", "Mul", "Gemm"]);
});

Deno.test("a factor that nothing takes along is multiplied once, where it is read", async () => {
  const twice = await after((b) => {
    const x = b.multiply(given(b, "x"), b.scalar(3));
    return { tanh: b.op("Tanh", [x]), exp: b.op("Exp", [x]), itself: x };
  });
  assertEquals(twice.sort(), ["Exp", "Mul", "Tanh"]);
  const unequal = await after((b) =>
    b.op("Tanh", [b.add(b.multiply(given(b, "x"), b.scalar(3)), given(b, "z"))])
  );
  assertEquals(unequal, ["Mul", "Add", "Tanh"]);
});

Deno.test("numbers far from 1, which keep others in range, and factors that add an axis, stay where they are", async () => {
  for (const factor of [-1e30, 17, 1 / 17]) {
    const made = await after((b) =>
      b.op("Gemm", [
        b.reshape(b.multiply(given(b, "x"), b.scalar(factor)), [6, 4]),
        b.constant("w", weight(4, 5)),
      ])
    );
    assertEquals(made, ["Mul", "Gemm"]);
  }
  const wider = await after((b) => {
    const half = b.constant("half", { type: "float32", dims: [1, 1, 1, 1], bytes: floatBytes(0.5) });
    return b.multiply(given(b, "x"), half);
  });
  assertEquals(wider, ["Mul"]);
});

function floatBytes(x: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.of(x).buffer);
}
