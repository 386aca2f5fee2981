import { assertEquals } from "@std/assert";
import type { Graph, Value } from "../../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { type Addends, sumWithinProducts } from "../../../../src/compiler/targets/webgpu/product_sums.ts";
import { operatorsAfter, weight } from "./same_results.ts";

function graphOf(make: (b: Builder) => Value): Graph {
  const b = new Builder("test");
  return b.graph(new Map([["y", make(b)]]));
}

const within = (addends: Addends, make: (b: Builder) => Value) =>
  operatorsAfter((graph, log) => sumWithinProducts(graph, addends, log), graphOf(make));

const x = (b: Builder, name: string) => b.input(name, "float32", [2, 3, 4]);

/** A product with a weight of its own. */
const product = (b: Builder, name: string, left = x(b, name)) =>
  b.matmul(left, b.constant(`${name} weight`, weight(4, 5)));

const bias = (b: Builder, ...dims: number[]) => b.constant("bias", weight(...dims));

Deno.test("a bias is added within its product, on either side of the sum", async () => {
  assertEquals(await within("all", (b) => b.add(product(b, "a"), bias(b, 5))), ["Gemm"]);
  assertEquals(await within("biases", (b) => b.add(bias(b, 1, 5), product(b, "a"))), ["Gemm"]);
});

Deno.test("a bias is added within its product where both are looked up, as for the classes' words", async () => {
  const made = await within("biases", (b) => {
    const weight = b.op("Tanh", [b.input("w", "float32", [5, 4])]);
    const bias = b.op("Tanh", [b.input("bias", "float32", [5])]);
    return b.add(b.matmul(x(b, "a"), b.transpose(weight, [1, 0])), bias);
  });
  assertEquals(made.filter((op) => op !== "Tanh"), ["Transpose", "Gemm"]);
});

Deno.test("products that are added up are a chain, and take other terms along", async () => {
  const made = await within("all", (b) => {
    const residual = b.op("Tanh", [b.input("r", "float32", [2, 3, 5])]);
    return b.add(b.add(product(b, "a"), b.add(residual, product(b, "b"))), product(b, "c"));
  });
  assertEquals(made, ["Tanh", "Gemm", "Gemm", "Gemm"]);
  assertEquals(await within("all", (b) => b.add(product(b, "a"), product(b, "b"))), ["MatMul", "Gemm"]);
});

Deno.test("a product with a transposed weight and a factor keeps both, and views of it are added to", async () => {
  const made = await within("all", (b) => {
    const rows = b.input("a", "float32", [6, 4]);
    const scaled = b.op("Gemm", [rows, b.constant("w", weight(5, 4))], { transB: 1, alpha: { float: 0.3 } });
    return b.add(b.reshape(scaled, [2, 3, 5]), b.input("r", "float32", [2, 3, 5]));
  });
  assertEquals(made, ["Gemm"]);
});

Deno.test("what is added to a product is not scaled by a beta for which the product had no use", async () => {
  const made = await within("all", (b) => {
    const attributes = { alpha: { float: 0.3 }, beta: { float: -2 } };
    const rows = b.input("a", "float32", [6, 4]);
    return b.add(b.op("Gemm", [rows, b.constant("w", weight(4, 5))], attributes), bias(b, 5));
  });
  assertEquals(made, ["Gemm"]);
});

Deno.test("sums that are read elsewhere, repeated or no biases stay as they are", async () => {
  const read = (b: Builder) => {
    const a = product(b, "a");
    return b.add(b.add(a, b.input("r", "float32", [2, 3, 5])), b.op("Tanh", [a]));
  };
  assertEquals((await within("all", read)).filter((op) => op === "Gemm"), []);
  const repeated = (b: Builder) => b.add(product(b, "a"), b.input("r", "float32", [2, 1, 5]));
  assertEquals(await within("all", repeated), ["MatMul", "Add"]);
  const repeating = (b: Builder) => b.add(product(b, "a"), b.input("r", "float32", [7, 2, 3, 5]));
  assertEquals(await within("all", repeating), ["MatMul", "Add"]);
  const noBias = (b: Builder) => b.add(product(b, "a"), b.input("r", "float32", [2, 3, 5]));
  assertEquals(await within("biases", noBias), ["MatMul", "Add"]);
});
