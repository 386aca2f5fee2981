import type { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Attributes, Constant, Value } from "../../../src/compiler/graph/graph.ts";
import type { OperatorName } from "../../../src/compiler/graph/operator_attributes.ts";
import { scalarLike } from "../../../src/compiler/ops/elementwise.ts";

/** An operator applied to random tensors of these shapes; what it gives is differentiated by each of them. */
export interface Case {
  readonly op: OperatorName;
  /** The shapes of the float inputs; a string is a symbol. */
  readonly shapes: readonly (readonly (number | string)[])[];
  readonly attributes?: Attributes;
  /** Where the numbers of each input come from, away from kinks and poles; the last bounds stand for all further inputs. */
  readonly between?: readonly (readonly [number, number])[];
  /** Puts the float inputs among the operator's inputs; as they are, where absent. */
  readonly arrange?: (b: Builder, inputs: readonly Value[]) => readonly (Value | null)[];
  /** How many outputs are read. */
  readonly outputs?: number;
}

/** What the symbols in the shapes stand for. */
export const SIZES = { batch: 2, sequence: 3, length: 2 };

export const CASES: readonly Case[] = [
  { op: "Add", shapes: [["batch", 3, 4], [4]] },
  { op: "Add", shapes: [["batch", 1, 4], [3, 1]] },
  { op: "Sub", shapes: [[3, 1], ["batch", 1, 4]] },
  { op: "Mul", shapes: [["batch", 3, 4], [3, 1]] },
  { op: "Mul", shapes: [[], ["batch", 2]] },
  { op: "Div", shapes: [["batch", 4], [1, 4]], between: [[0.5, 2]] },
  { op: "Pow", shapes: [["batch", 3]], between: [[0.5, 2]], arrange: (b, [x]) => [x!, scalarLike(b, x!, 3)] },
  { op: "Pow", shapes: [["batch", 3], [3]], between: [[0.5, 2], [-2, 2]] },
  { op: "Pow", shapes: [["batch", 3]], arrange: (b, [x]) => [x!, b.integer(2)] },
  { op: "Neg", shapes: [["batch", 3]] },
  { op: "Exp", shapes: [["batch", 3]] },
  { op: "Log", shapes: [["batch", 3]], between: [[0.5, 2]] },
  { op: "Sqrt", shapes: [["batch", 3]], between: [[0.5, 2]] },
  { op: "Reciprocal", shapes: [["batch", 3]], between: [[0.5, 2]] },
  { op: "Abs", shapes: [["batch", 3]], between: [[0.2, 1]] },
  { op: "Abs", shapes: [["batch", 3]], between: [[-1, -0.2]] },
  { op: "Sin", shapes: [["batch", 3]] },
  { op: "Cos", shapes: [["batch", 3]] },
  { op: "Tanh", shapes: [["batch", 3]] },
  { op: "Sigmoid", shapes: [["batch", 3]] },
  { op: "Relu", shapes: [["batch", 3]], between: [[0.2, 1]] },
  { op: "Relu", shapes: [["batch", 3]], between: [[-1, -0.2]] },
  { op: "LeakyRelu", shapes: [["batch", 3]], between: [[-1, -0.2]], attributes: { alpha: { float: 0.2 } } },
  { op: "LeakyRelu", shapes: [["batch", 3]], between: [[0.2, 1]] },
  { op: "Elu", shapes: [["batch", 3]], between: [[-2, -0.2]], attributes: { alpha: { float: 0.7 } } },
  { op: "Elu", shapes: [["batch", 3]], between: [[0.2, 2]] },
  { op: "Softplus", shapes: [["batch", 3]] },
  { op: "Max", shapes: [["batch", 3], []], between: [[0.2, 1]] },
  { op: "Min", shapes: [["batch", 3], [3]], between: [[0.2, 1]] },
  // Below both, between them, above both; crossed bounds, of which the upper one is all there is.
  ...[[-1, -0.7], [-0.2, 0.2], [0.7, 1]].map((between): Case => ({
    op: "Clip",
    shapes: [["batch", 3], [], []],
    between: [between as [number, number], [-0.6, -0.5], [0.5, 0.6]],
  })),
  { op: "Clip", shapes: [["batch", 3], [], []], between: [[-1, 1], [0.5, 0.6], [0.2, 0.3]] },
  { op: "Clip", shapes: [["batch", 3], []], between: [[-1, 1], [0.1, 0.2]] },
  {
    op: "Clip",
    shapes: [["batch", 3], []],
    between: [[-1, 1], [0.1, 0.2]],
    arrange: (_, [x, most]) => [x!, null, most!],
  },
  {
    op: "Mod",
    shapes: [["batch", 3], [3]],
    between: [[2.3, 2.6], [0.9, 1.1]],
    attributes: { fmod: 1 },
  },
  { op: "Erf", shapes: [["batch", 3]] },
  { op: "com.microsoft.Gelu", shapes: [["batch", 5]], between: [[-3, 3]] },
  { op: "com.microsoft.FastGelu", shapes: [["batch", 5]], between: [[-3, 3]] },
  { op: "com.microsoft.QuickGelu", shapes: [["batch", 5]], between: [[-3, 3]] },
  {
    op: "com.microsoft.QuickGelu",
    shapes: [["batch", 5]],
    between: [[-3, 3]],
    attributes: { alpha: { float: 1 } },
  },
  { op: "Identity", shapes: [["batch", 3]] },
  { op: "Cast", shapes: [["batch", 3]], attributes: { to: 11 } },
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
  { op: "LayerNormalization", shapes: [["batch", 3, 4], [3, 4]], attributes: { axis: 1 } },
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
    op: "Pad",
    shapes: [["batch", 3], []],
    arrange: (b, [x, value]) => [x!, b.integers([1, 2]), value!, b.integers([-1])],
  },
  // A negative count cuts off.
  {
    op: "Pad",
    shapes: [["batch", 4], []],
    arrange: (b, [x, value]) => [x!, b.integers([1, -1, 0, 2]), value!],
  },
  {
    op: "DequantizeLinear",
    shapes: [[]],
    arrange: (b, [scale]) => [b.constant("x", bytes([3, 200, 7], [3])), scale!],
  },
  {
    op: "DequantizeLinear",
    shapes: [[3]],
    attributes: { axis: 0 },
    arrange: (b, [scale]) => {
      const x = b.constant("x", bytes([3, 200, 7, 1, 2, 3], [3, 2]));
      return [x, scale!, b.constant("zero", bytes([1, 128, 4], [3]))];
    },
  },
  {
    op: "DequantizeLinear",
    shapes: [[1]],
    arrange: (b, [scale]) => [b.constant("x", bytes([3, 200, 7], [3])), scale!],
  },
  {
    op: "OneHot",
    shapes: [[2]],
    arrange: (b, [values]) => [b.constant("i", int64([3, 0, -1], [3])), b.integer(4), values!],
  },
  ...[[0, 2], [1]].map((axes): Case => ({
    op: "ReduceProd",
    shapes: [["batch", 3, 2]],
    arrange: (b, [x]) => [x!, b.integers(axes)],
  })),
  {
    op: "GatherElements",
    shapes: [[2, 4]],
    attributes: { axis: 1 },
    arrange: (b, [x]) => [x!, b.constant("i", int64([3, 0, 3, 1, 1, 1], [2, 3]))],
  },
  {
    op: "ScatterElements",
    shapes: [[3, 4], [2, 3]],
    attributes: { axis: -1 },
    arrange: (b, [x, y]) => [x!, b.constant("i", int64([3, 0, -2, 1, 2, 3], [2, 3])), y!],
  },
  {
    op: "ScatterElements",
    shapes: [[3, 2], [3, 2]],
    attributes: { axis: 0, reduction: "add" },
    arrange: (b, [x, y]) => [x!, b.constant("i", int64([0, 2, 0, 1, 2, 2], [3, 2])), y!],
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
  // Empty: the end is before the start.
  ...[[], [2]].map((steps): Case => ({
    op: "Slice",
    shapes: [["batch", 5, 2]],
    arrange: (
      b,
      [x],
    ) => [
      x!,
      ...[[3], [1], [1], ...[steps].filter(({ length }) => length > 0)].map((items) => b.integers(items)),
    ],
  })),
  // Backwards: all of one axis, 4 and 2 of 0 … 5 along another.
  {
    op: "Slice",
    shapes: [["batch", 6, 3]],
    arrange: (
      b,
      [x],
    ) => [x!, b.integers([4, -1]), b.integers([0, -9]), b.integers([1, 2]), b.integers([-2, -1])],
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
    arrange: (b, [x]) => [x!, b.integers([3, 0, -2])],
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
  {
    op: "ScatterND",
    shapes: [[2, 4, 3], [2, 2, 3]],
    arrange: (b, [x, y]) => [x!, placesOfRows(b, [0, 2, 1], [2, 1, 1]), y!],
  },
  // Like each example's own row, and not: the examples the other way round, along another axis, with a column.
  {
    op: "ScatterND",
    shapes: [[2, 4, 3], [2, 2, 3]],
    arrange: (b, [x, y]) => [x!, placesOfRows(b, [1, -1, -1], [2, 1, 1]), y!],
  },
  {
    op: "ScatterND",
    shapes: [[2, 4, 3], [2, 2, 3]],
    arrange: (b, [x, y]) => [x!, placesOfRows(b, [0, 2, 1], [1, 2, 1]), y!],
  },
  {
    op: "ScatterND",
    shapes: [[2, 4, 3], [2, 2]],
    arrange: (b, [x, y]) => [x!, placesOfRows(b, [0, 2, 1], [2, 1, 1], [2, 0, 1, 1]), y!],
  },
  {
    op: "ScatterND",
    shapes: [[3, 2], [2, 2]],
    attributes: { reduction: "add" },
    arrange: (b, [x, y]) => [x!, b.constant("i", int64([1, 1], [2, 1])), y!],
  },
];

/** Places [2, 2, 2 or 3]: numbers of a range, repeated from this shape; the rows 3, 1, 0 and 2; columns, where given. */
function placesOfRows(
  b: Builder,
  range: readonly number[],
  shape: readonly number[],
  columns?: readonly number[],
): Value {
  const numbers = b.op("Range", range.map((item) => b.integer(item)));
  const parts = [[3, 1, 0, 2], ...(columns ? [columns] : [])];
  return b.op("Concat", [
    b.expand(b.reshape(numbers, shape), [2, 2, 1]),
    ...parts.map((items) => b.constant("rows", int64(items, [2, 2, 1]))),
  ], { axis: -1 });
}

function bytes(items: readonly number[], dims: readonly number[]): Constant {
  return { type: "uint8", dims, bytes: Uint8Array.from(items) };
}
