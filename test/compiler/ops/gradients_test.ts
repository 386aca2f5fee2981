import { assert, assertEquals } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import { type Dimension, evaluate, symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Attributes, Value } from "../../../src/compiler/graph/graph.ts";
import { OPERATORS } from "../../../src/compiler/ops/mod.ts";
import { quantization } from "../../../src/compiler/ops/quantization.ts";
import type { Tensor } from "../../../src/device/device.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

/** An operator applied to random tensors of these shapes; what it gives is differentiated by each of them. */
interface Case {
  readonly op: string;
  /** The shapes of the float inputs; a string is a symbol. */
  readonly shapes: readonly (readonly (number | string)[])[];
  readonly attributes?: Attributes;
  /** Where the numbers come from: away from kinks and poles. */
  readonly between?: readonly [number, number];
  /** Puts the float inputs among the operator's inputs; as they are, where absent. */
  readonly arrange?: (b: Builder, inputs: readonly Value[]) => readonly (Value | null)[];
  /** How many outputs are read. */
  readonly outputs?: number;
}

const SIZES = { batch: 2, sequence: 3, length: 2 };

const CASES: readonly Case[] = [
  { op: "Add", shapes: [["batch", 3, 4], [4]] },
  { op: "Add", shapes: [["batch", 1, 4], [3, 1]] },
  { op: "Sub", shapes: [[3, 1], ["batch", 1, 4]] },
  { op: "Mul", shapes: [["batch", 3, 4], [3, 1]] },
  { op: "Mul", shapes: [[], ["batch", 2]] },
  { op: "Div", shapes: [["batch", 4], [1, 4]], between: [0.5, 2] },
  { op: "Pow", shapes: [["batch", 3]], between: [0.5, 2], arrange: (b, [x]) => [x!, b.scalar(3)] },
  { op: "Neg", shapes: [["batch", 3]] },
  { op: "Exp", shapes: [["batch", 3]] },
  { op: "Log", shapes: [["batch", 3]], between: [0.5, 2] },
  { op: "Sqrt", shapes: [["batch", 3]], between: [0.5, 2] },
  { op: "Reciprocal", shapes: [["batch", 3]], between: [0.5, 2] },
  { op: "Abs", shapes: [["batch", 3]], between: [0.2, 1] },
  { op: "Abs", shapes: [["batch", 3]], between: [-1, -0.2] },
  { op: "Sin", shapes: [["batch", 3]] },
  { op: "Cos", shapes: [["batch", 3]] },
  { op: "Tanh", shapes: [["batch", 3]] },
  { op: "Sigmoid", shapes: [["batch", 3]] },
  { op: "Relu", shapes: [["batch", 3]], between: [0.2, 1] },
  { op: "Relu", shapes: [["batch", 3]], between: [-1, -0.2] },
  { op: "LeakyRelu", shapes: [["batch", 3]], between: [-1, -0.2], attributes: { alpha: { float: 0.2 } } },
  { op: "LeakyRelu", shapes: [["batch", 3]], between: [0.2, 1] },
  { op: "Elu", shapes: [["batch", 3]], between: [-2, -0.2], attributes: { alpha: { float: 0.7 } } },
  { op: "Elu", shapes: [["batch", 3]], between: [0.2, 2] },
  { op: "Softplus", shapes: [["batch", 3]] },
  { op: "Max", shapes: [["batch", 3], []], between: [0.2, 1] },
  { op: "Min", shapes: [["batch", 3], [3]], between: [0.2, 1] },
  {
    op: "Clip",
    shapes: [["batch", 3]],
    between: [0.5, 0.9],
    arrange: (b, [x]) => [x!, b.scalar(0.4), b.scalar(1)],
  },
  { op: "Clip", shapes: [["batch", 3]], between: [1.1, 2], arrange: (b, [x]) => [x!, null, b.scalar(1)] },
  { op: "Erf", shapes: [["batch", 3]] },
  { op: "com.microsoft.Gelu", shapes: [["batch", 5]], between: [-3, 3] },
  { op: "com.microsoft.FastGelu", shapes: [["batch", 5]], between: [-3, 3] },
  { op: "com.microsoft.QuickGelu", shapes: [["batch", 5]], between: [-3, 3] },
  {
    op: "com.microsoft.QuickGelu",
    shapes: [["batch", 5]],
    between: [-3, 3],
    attributes: { alpha: { float: 1 } },
  },
  { op: "Identity", shapes: [["batch", 3]] },
  { op: "Cast", shapes: [["batch", 3]], attributes: { to: 1 } },
  {
    op: "Where",
    shapes: [["batch", 3], [3]],
    arrange: (
      b,
      [x, y],
    ) => [b.op("Greater", [b.constant("c", float32([1, -1, 1], [3])), b.scalar(0)]), x!, y!],
  },
  { op: "MatMul", shapes: [["batch", 3, 4], [4, 2]] },
  { op: "MatMul", shapes: [["batch", 2, 3, 4], ["batch", 2, 4, 3]] },
  { op: "MatMul", shapes: [[1, 3, 4], ["batch", 4, 2]] },
  {
    op: "com.microsoft.FusedMatMul",
    shapes: [["batch", 3, 4], ["batch", 2, 4]],
    attributes: { transB: 1, alpha: { float: 0.5 } },
  },
  { op: "com.microsoft.FusedMatMul", shapes: [["batch", 4, 3], ["batch", 4, 2]], attributes: { transA: 1 } },
  {
    op: "com.microsoft.FusedMatMul",
    shapes: [["batch", 4, 3], ["batch", 2, 4]],
    attributes: { transA: 1, transB: 1 },
  },
  { op: "Gemm", shapes: [["batch", 4], [4, 3], [3]] },
  {
    op: "Gemm",
    shapes: [[4, "batch"], [3, 4], []],
    attributes: { transA: 1, transB: 1, alpha: { float: 2 }, beta: { float: 0.5 } },
  },
  {
    op: "ReduceSum",
    shapes: [["batch", 3, 4]],
    arrange: (b, [x]) => [x!, b.integers([0, 2])],
    attributes: { keepdims: 0 },
  },
  { op: "ReduceMean", shapes: [["batch", "sequence", 4]], arrange: (b, [x]) => [x!, b.integers([1])] },
  { op: "ReduceMean", shapes: [["batch", 3]] },
  { op: "ReduceMax", shapes: [["batch", 5]], arrange: (b, [x]) => [x!, b.integers([-1])] },
  { op: "ReduceMin", shapes: [["batch", 5]], arrange: (b, [x]) => [x!, b.integers([-1])] },
  { op: "ReduceSumSquare", shapes: [["batch", 5]], arrange: (b, [x]) => [x!, b.integers([1])] },
  { op: "ReduceL2", shapes: [["batch", 5]], arrange: (b, [x]) => [x!, b.integers([0])] },
  { op: "CumSum", shapes: [["batch", 5]], arrange: (b, [x]) => [x!, b.integer(1)] },
  {
    op: "CumSum",
    shapes: [["batch", 5]],
    arrange: (b, [x]) => [x!, b.integer(1)],
    attributes: { reverse: 1, exclusive: 1 },
  },
  { op: "Softmax", shapes: [["batch", 3, 5]], attributes: { axis: -1 } },
  { op: "Softmax", shapes: [["batch", 3, 5]], attributes: { axis: 1 } },
  {
    op: "LayerNormalization",
    shapes: [["batch", 3, 6], [6], [6]],
    attributes: { axis: -1, epsilon: { float: 1e-5 } },
  },
  {
    op: "SimplifiedLayerNormalization",
    shapes: [["batch", 3, 6], [6]],
    attributes: { axis: -1, epsilon: { float: 1e-5 } },
  },
  { op: "Trilu", shapes: [["batch", 3, 4]], attributes: { upper: 0 } },
  { op: "Trilu", shapes: [["batch", 4, 3]], arrange: (b, [x]) => [x!, b.integer(1)] },
  {
    op: "Tile",
    shapes: [["batch", 1, 3]],
    arrange: (b, [x]) => [x!, b.integers([2, symbol("sequence"), 1])],
  },
  { op: "Pad", shapes: [["batch", 3]], arrange: (b, [x]) => [x!, b.integers([0, 1, 2, 0])] },
  {
    op: "GatherElements",
    shapes: [[2, 4]],
    attributes: { axis: 1 },
    arrange: (b, [x]) => [x!, b.constant("i", int64([3, 0, 3, 1, 1, 1], [2, 3]))],
  },
  { op: "Reshape", shapes: [["batch", "sequence", 4]], arrange: (b, [x]) => [x!, b.integers([0, -1, 2])] },
  { op: "Unsqueeze", shapes: [["batch", 3]], arrange: (b, [x]) => [x!, b.integers([1])] },
  { op: "Squeeze", shapes: [["batch", 1, 3]], arrange: (b, [x]) => [x!, b.integers([1])] },
  { op: "Flatten", shapes: [["batch", 2, 3]], attributes: { axis: 1 } },
  { op: "Transpose", shapes: [["batch", 3, 4]], attributes: { perm: [2, 0, 1] } },
  {
    op: "Expand",
    shapes: [["batch", 1, 3]],
    arrange: (b, [x]) => [x!, b.integers([4, 1, symbol("sequence"), 3])],
  },
  { op: "Concat", shapes: [["batch", 2], ["batch", 3]], attributes: { axis: 1 } },
  { op: "Concat", shapes: [["batch", 2], ["sequence", 2]], attributes: { axis: 0 } },
  {
    op: "Slice",
    shapes: [["batch", 5, 4]],
    arrange: (b, [x]) => [x!, b.integers([1, 0]), b.integers([-1, 2]), b.integers([1, 2])],
  },
  // 1, 3 and 5 of 0 … 6; 0 and 2 of 0 … 3: rotary positions that turn neighbours.
  ...[[1, 7], [0, 4]].map(([start, size]): Case => ({
    op: "Slice",
    shapes: [["batch", size!, 2]],
    arrange: (b, [x]) => [x!, ...[start!, size!, 1, 2].map((item) => b.integers([item]))],
  })),
  {
    op: "Split",
    shapes: [["batch", 6]],
    attributes: { axis: 1 },
    arrange: (b, [x]) => [x!, b.integers([2, 4])],
    outputs: 2,
  },
  {
    op: "Gather",
    shapes: [["batch", 5, 2]],
    attributes: { axis: 1 },
    arrange: (b, [x]) => [x!, b.integers([3, 0, 3])],
  },
  { op: "Gather", shapes: [["batch", 5]], attributes: { axis: -1 }, arrange: (b, [x]) => [x!, b.integer(2)] },
  {
    op: "GatherND",
    shapes: [[2, 4, 3]],
    attributes: { batch_dims: 1 },
    arrange: (b, [x]) => [x!, b.constant("i", int64([2, 2, 0, 3], [2, 2, 1]))],
  },
  {
    op: "ScatterND",
    shapes: [["batch", 4, 3], [2, 2, 3]],
    arrange: (b, [x, y]) => [x!, b.constant("i", int64([0, 1, 0, 3, 1, 0, 1, 2], [2, 2, 2])), y!],
  },
];

for (const [i, one] of CASES.entries()) {
  const shapes = one.shapes.map((shape) => `[${shape}]`).join(" ");
  Deno.test(`the gradient of ${one.op} ${shapes} is that of central differences (case ${i + 1})`, () =>
    check(one, i));
}

Deno.test("every row with a gradient is checked against central differences", () => {
  const rows = Object.entries(OPERATORS).filter(([, row]) => row.gradient !== undefined).map(([op]) => op);
  // Rounded numbers have no slope to compare with: quantization_test.ts
  const covered = new Set([...CASES.map(({ op }) => op), ...Object.keys(quantization)]);
  assertEquals(rows.filter((op) => !covered.has(op)), []);
});

const STEP = 1e-2;

/** Differentiates Σ weights · outputs by every float input, and compares. */
async function check(one: Case, seed: number): Promise<void> {
  const stream = new RandomStream(seed, "gradients");
  const shapes = one.shapes.map((shape) =>
    shape.map((item): Dimension => typeof item === "string" ? symbol(item) : item)
  );
  const tensors = shapes.map((shape) => {
    const dims = shape.map((dimension) => evaluate(dimension, SIZES));
    return randomTensor(stream, dims, ...(one.between ?? [-1, 1]));
  });
  for (const at of shapes.keys()) {
    const b = new Builder("test.onnx");
    // Symbols that only a wanted shape holds need an input that defines them.
    const inputs = shapes.map((shape, i) => b.input(`x${i}`, "float32", shape));
    const sizes = b.input("sizes", "float32", Object.keys(SIZES).map(symbol));
    const arranged = one.arrange?.(b, inputs) ?? inputs;
    const names = Array.from({ length: one.outputs ?? 1 }, (_, i) => `y${i}`);
    const outputs = b.node(one.op, arranged, one.attributes, "node", names).slice(0, names.length);
    const weights = outputs.map((output, i) => b.input(`weights${i}`, "float32", output.shape));
    const parts = outputs.map((output, i) =>
      b.reshape(b.sum(b.multiply(output, weights[i]!), output.shape.map((_, axis) => axis)), [])
    );
    const loss = parts.reduce((sum, part) => b.add(sum, part));
    const graph = differentiate(b.graph(new Map([["loss", loss]])), "loss", inputs[at]!);
    const session = await openOnCpu(graph);
    const fixed = Object.fromEntries([sizes, ...weights].map(({ name, shape }) => {
      return [name, randomTensor(stream, shape.map((dimension) => evaluate(dimension, SIZES)))];
    }));
    const run = (feeds: readonly Tensor[]) =>
      session.run({ ...fixed, ...Object.fromEntries(feeds.map((tensor, i) => [`x${i}`, tensor])) });
    const { gradient } = await run(tensors);
    assertEquals(gradient!.dims, tensors[at]!.dims);
    const differences: number[] = [];
    for (const i of tensors[at]!.data.keys()) {
      const moved = async (by: number) => {
        const data = (tensors[at]!.data as Float32Array).slice();
        data[i]! += by;
        const feeds = tensors.map((tensor, t) => t === at ? { ...tensor, data } as Tensor : tensor);
        return Number((await run(feeds)).loss!.data[0]);
      };
      differences.push((await moved(STEP) - await moved(-STEP)) / (2 * STEP));
    }
    const error = relativeError(gradient!.data as Float32Array, differences);
    assert(error < 5e-3, `input ${at}: relative error ${error}`);
    await session.release();
  }
}
