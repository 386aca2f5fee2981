import { assert, assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { gradientsOf } from "../../../src/compiler/passes/differentiate.ts";
import { type Dimension, evaluate, symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Graph, Value } from "../../../src/compiler/graph/graph.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import operators from "../../fixtures/operators/operators.json" with { type: "json" };
import { relativeError } from "../graph_runner.ts";
import { type Case, CASES, SIZES } from "./gradient_cases.ts";
import { type FloatSession, openFloats, type Precision } from "./ort_run.ts";

/** The inputs of operators by name, `null` for those that take no floats: what ONNX Runtime's schemas say. */
const SCHEMAS: Readonly<Record<string, readonly (string | null)[]>> = operators;

/** Float inputs, by operator and place, that no central difference can show the gradient of. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "OneHot 0": "whole numbers, of a float type at most",
  "OneHot 1": "a size, of a float type at most",
  "Sign 0": "no gradient flows back: zero_gradients_test.ts",
  "Floor 0": "no gradient flows back: zero_gradients_test.ts",
  "Ceil 0": "no gradient flows back: zero_gradients_test.ts",
  "Round 0": "no gradient flows back: zero_gradients_test.ts",
  "ArgMax 0": "no gradient flows back: zero_gradients_test.ts",
  "QuantizeLinear 0": "what is rounded has no slope: quantization_test.ts",
  "QuantizeLinear 1": "what is rounded has no slope: quantization_test.ts",
  "DynamicQuantizeLinear 0": "what is rounded has no slope: quantization_test.ts",
  "com.microsoft.FastGelu 1": "the lowering adds the bias; the row has one input",
};

for (const [i, one] of CASES.entries()) {
  const shapes = one.shapes.map((shape) => `[${shape}]`).join(" ");
  Deno.test(`the gradient of ${one.op} ${shapes} is that of central differences (case ${i + 1})`, () =>
    check(one, i));
}

Deno.test("every float input of every row with a gradient is checked", () => {
  const checked = new Set([...CASES.flatMap(placesOf), ...Object.keys(ELSEWHERE)]);
  const differentiable = Object.entries(OPERATORS).filter(([, row]) => row.gradient !== undefined);
  const missing = differentiable.flatMap(([op]) => {
    const inputs = SCHEMAS[op];
    if (inputs === undefined) return [`${op}: unknown to test/fixtures/operators: run its make.py`];
    return inputs.flatMap((name, at) =>
      name === null || checked.has(`${op} ${at}`) ? [] : [`${op}: input ${at} ('${name}') has no case`]
    );
  });
  assertEquals(missing, []);
});

/** The operator and the place of each input that a case differentiates by. */
function placesOf(one: Case): string[] {
  const { inputs, arranged } = apply(one, "float32");
  return inputs.map((input) => `${one.op} ${arranged.indexOf(input)}`);
}

interface Applied {
  readonly graph: Graph;
  /** What the graph's loss is differentiated by. */
  readonly inputs: readonly Value[];
  /** All inputs of the operator. */
  readonly arranged: readonly (Value | null)[];
}

/** The graph of Σ weights · outputs. */
function apply(one: Case, type: Precision): Applied {
  const b = new Builder("test.onnx");
  const inputs = one.shapes.map((shape, i) =>
    b.input(`x${i}`, type, shape.map((item): Dimension => typeof item === "string" ? symbol(item) : item))
  );
  // Symbols that only a wanted shape holds need an input that defines them.
  b.input("sizes", type, Object.keys(SIZES).map(symbol));
  const arranged = one.arrange?.(b, inputs) ?? inputs;
  const names = Array.from({ length: one.outputs ?? 1 }, (_, i) => `y${i}`);
  const outputs = b.checkedNode(one.op, arranged, one.attributes ?? {}, "node", names).slice(0, names.length);
  const parts = outputs.map((output, i) => {
    const real = output.type === type ? output : b.op("Cast", [output], { to: type === "float64" ? 11 : 1 });
    const weighted = b.multiply(real, b.input(`weights${i}`, type, output.shape));
    return b.reshape(b.sum(weighted, output.shape.map((_, axis) => axis)), []);
  });
  const loss = parts.reduce((sum, part) => b.add(sum, part));
  return { graph: b.graph(new Map([["loss", loss]])), inputs, arranged };
}

/** The same graph with the gradients by all its inputs. */
function withGradients({ graph, inputs }: Applied): Graph {
  const b = Builder.of(graph);
  const found = gradientsOf(b, graph, "loss", inputs);
  const gradients = found.map((gradient, i): [string, Value] => {
    assertEquals(String(gradient?.shape), String(inputs[i]!.shape));
    return [`gradient${i}`, gradient!];
  });
  return b.graph(new Map([...graph.outputs, ...gradients]));
}

/**
 * How far gradients may be off where the loss is computed in float64, and where ONNX Runtime has no such kernel. There a
 * difference of two losses is rounded at some 1e-7 of the loss over the step. Gradients are in float64 where there are kernels
 * for them, too.
 */
const TOLERANCE = { float64: 1e-6, float32: 1e-5 };

/** Differentiates by every float input, and compares. */
async function check(one: Case, seed: number): Promise<void> {
  const stream = new RandomStream(seed, "gradients");
  const feeds: Record<string, Float32Array> = {};
  for (const { name, shape } of apply(one, "float32").graph.inputs) {
    const size = shape.reduce((product: number, dimension) => product * evaluate(dimension, SIZES), 1);
    const at = name.startsWith("x") ? Number(name.slice(1)) : undefined;
    const [low, high] = at === undefined ? [-1, 1] : one.between?.[at] ?? one.between?.at(-1) ?? [-1, 1];
    feeds[name] = Float32Array.from({ length: size }, () => stream.uniform(low, high));
  }
  const float64 = await openFloats(withGradients(apply(one, "float64")), "float64");
  const session = float64 ?? (await openFloats(withGradients(apply(one, "float32")), "float32"))!;
  const exact = float64 ?? await openFloats(apply(one, "float64").graph, "float64");
  const tolerance = TOLERANCE[exact ? "float64" : "float32"];
  const found = await session.run(feeds);
  for (const at of one.shapes.keys()) {
    const expected = await differences(exact ?? session, feeds, `x${at}`, exact ? 1e-4 : 3e-2);
    const error = relativeError(found[`gradient${at}`]!, expected);
    assert(error < tolerance, `input ${at}: relative error ${error}, allowed ${tolerance}`);
  }
  for (const opened of new Set([session, exact])) await opened?.release();
}

/** The slope of the loss by each element of an input, by a central difference of the fourth order. */
async function differences(
  session: FloatSession,
  feeds: Readonly<Record<string, Float32Array>>,
  name: string,
  step: number,
): Promise<number[]> {
  const slopes: number[] = [];
  for (const i of feeds[name]!.keys()) {
    const lossAt = async (by: number) => {
      const moved = Float64Array.from(feeds[name]!);
      moved[i]! += by;
      return (await session.run({ ...feeds, [name]: moved })).loss![0]!;
    };
    const near = await lossAt(step) - await lossAt(-step);
    const far = await lossAt(2 * step) - await lossAt(-2 * step);
    slopes.push((8 * near - far) / (12 * step));
  }
  return slopes;
}
