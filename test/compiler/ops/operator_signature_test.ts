import { assertThrows } from "@std/assert";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { add, type Dimension, symbol } from "../../../src/compiler/graph/dimension.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import type { Attributes, Graph, Node, Value } from "../../../src/compiler/graph/graph.ts";
import type { OperatorName } from "../../../src/compiler/graph/operator_attributes.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { InvalidGraphError, verify } from "../../../src/compiler/ops/verify.ts";

const BATCH = symbol("batch");

const f32 = (...shape: readonly Dimension[]): Value => ({ name: "f", type: "float32", shape });
const i64 = (...shape: readonly Dimension[]): Value => ({ name: "i", type: "int64", shape });
const f64 = (...shape: readonly Dimension[]): Value => ({ name: "d", type: "float64", shape });
const list = (...items: readonly Dimension[]): Value => new Builder("tiny.onnx").integers(items);

const constant = (name: string, items: readonly number[], ...dims: readonly number[]): Value =>
  new Builder("tiny.onnx").constant(name, int64(items, dims));

/** A node that ONNX forbids, and what is said of it. */
const WRONG_NODES: Readonly<
  Record<string, readonly [OperatorName, readonly (Value | null)[], Attributes, string]>
> = {
  "a sum of two types": [
    "Add",
    [f32(3), i64(3)],
    {},
    "input 1 ('B') is int64, and must be of the type of input 0 ('A'), float32",
  ],
  "a product of two types": [
    "MatMul",
    [f32(2, 3), f64(3, 4)],
    {},
    "input 1 ('B') is float64, and must be of the type of input 0 ('A'), float32",
  ],
  "a condition of real numbers": [
    "Where",
    [f32(3), f32(3), f32(3)],
    {},
    "input 0 ('condition') is float32, and can be bool",
  ],
  "a choice between two types": [
    "Where",
    [{ name: "c", type: "bool", shape: [3] }, f32(3), f64(3)],
    {},
    "input 2 ('Y') is float64, and must be of the type of input 1 ('X'), float32",
  ],
  "parts of two types": [
    "Concat",
    [f32(3), f32(3), i64(3)],
    { axis: 0 },
    "input 2 ('inputs') is int64, and must be of the type of input 0 ('inputs'), float32",
  ],
  "no parts": ["Concat", [], { axis: 0 }, "input 0 ('inputs') is missing"],
  "the contrary of a real number": ["Not", [f32(3)], {}, "input 0 ('X') is float32, and can be bool"],
  "the exponential of a whole number": [
    "Exp",
    [i64(3)],
    {},
    "input 0 ('X') is int64, and can be float32, float16, float64, bfloat16",
  ],
  "indices that are real numbers": [
    "Gather",
    [f32(4, 3), f32(2)],
    { axis: 0 },
    "input 1 ('indices') is float32, and can be int32, int64",
  ],
  "a shape of 32 bits": [
    "ConstantOfShape",
    [{ name: "s", type: "int32", shape: [1] }],
    {},
    "input 0 ('input') is int32, and can be int64",
  ],
  "an attribute that there is not": ["Softmax", [f32(3)], { axsi: 0 }, "it takes no attribute 'axsi'"],
  "an attribute of another kind": [
    "Softmax",
    [f32(3)],
    { axis: { float: 0 } },
    "the attribute 'axis' is not of the kind integer",
  ],
  "an attribute that is left out": ["Cast", [f32(3)], {}, "the attribute 'to' is missing"],
  "too many inputs": ["Neg", [f32(3), f32(3)], {}, "2 inputs are given, and it takes 1 at most"],
  "too few inputs": ["Add", [f32(3)], {}, "input 1 ('B') is missing"],
  "an input that is left out": ["Add", [null, f32(3)], {}, "input 0 ('A') is missing"],
  "updates of another shape": [
    "ScatterND",
    [f32(4, 3), i64(2, 1), f32(2, 4)],
    {},
    "input 2 is [2, 4], and must be [2, 3]",
  ],
  "indices of more axes than the data have": [
    "GatherND",
    [f32(BATCH, 3), i64(BATCH, 1, 2)],
    { batch_dims: 1 },
    "indices [batch, 1, 2] into [batch, 3], of which 1 axes are in common",
  ],
  "a scale that does not fit": [
    "LayerNormalization",
    [f32(BATCH, 3), f32(4), f32(3)],
    {},
    "input 1 is [4], which cannot be broadcast to [batch, 3]",
  ],
  "a summand that does not fit": [
    "Gemm",
    [f32(2, 3), f32(3, 4), f32(3)],
    {},
    "input 2 is [3], which cannot be broadcast to [2, 4]",
  ],
  "parts that are less than the whole": [
    "Split",
    [f32(BATCH, 5), list(2, 2)],
    { axis: 1 },
    "the extents [2, 2] do not add up to 5",
  ],
  "an axis that is there twice": [
    "Transpose",
    [f32(2, 3)],
    { perm: [0, 0] },
    "[0, 0] is no permutation of 2 axes",
  ],
  "an axis that is left out": ["Transpose", [f32(2, 3)], { perm: [0] }, "[0] is no permutation of 2 axes"],
  "indices of fewer axes": [
    "GatherElements",
    [f32(2, 3), i64(2)],
    { axis: 0 },
    "input 1 is [2], and must have 2 axes",
  ],
  "indices that are larger than the data": [
    "GatherElements",
    [f32(2, 3), i64(2, add(BATCH, 3))],
    { axis: 0 },
    "axis 1 of the indices is batch+3, and of the data 3",
  ],
  "scattered elements of another shape": [
    "ScatterElements",
    [f32(2, 3), i64(2, 1), f32(2, 2)],
    {},
    "input 2 is [2, 2], and must be [2, 1]",
  ],
  "a bound for each element": ["Clip", [f32(3), f32(3)], {}, "input 1 is [3], and must be a scalar"],
  "too few pads": [
    "Pad",
    [f32(2, 3), list(1, 1)],
    {},
    "there are 2 pads for 2 axes, and must be two for each",
  ],
  "too few repeats": ["Tile", [f32(2, 3), list(2)], {}, "input 1 is [1], and must be [2]"],
  "more starts than ends": [
    "Slice",
    [f32(2, 3), list(0, 0), list(1), list(0, 1)],
    {},
    "2 starts, 1 ends, 2 axes and 2 steps are given",
  ],
  "the same axis reduced twice": [
    "ReduceSum",
    [f32(2, 3), list(0, -2)],
    {},
    "an axis is named twice in [0, -2]: name each once",
  ],
  "an axis past the rank to flatten before": [
    "Flatten",
    [f32(2, 3)],
    { axis: 9 },
    "there is no axis 9 in a tensor of 2 axes: name one from -2 to 1",
  ],
  "an axis past the rank to sum along": [
    "CumSum",
    [f32(2, 3), new Builder("tiny.onnx").integer(7)],
    {},
    "there is no axis 7 in a tensor of 2 axes: name one from -2 to 1",
  ],
  "an axis between two": [
    "Softmax",
    [f32(3)],
    { axis: 1.5 },
    "the attribute 'axis' is not of the kind integer",
  ],
  "an index of slices outside the axis": [
    "Gather",
    [f32(4, 3), list(99)],
    { axis: 0 },
    "the index 99 is outside an axis of 4",
  ],
  "an index of elements outside the axis": [
    "GatherElements",
    [f32(4), list(99)],
    { axis: 0 },
    "the index 99 is outside an axis of 4",
  ],
  "an index of scattered slices outside the axis": [
    "ScatterND",
    [f32(4, 3), constant("places", [0, 2, 1, -4], 2, 2), f32(2)],
    {},
    "the index -4 is outside an axis of 3",
  ],
  "a remainder of real numbers as of whole ones": [
    "Mod",
    [f32(3), f32(3)],
    {},
    "the attribute 'fmod' is 0 for numbers of the type float32, and must be 1",
  ],
  "a reduction that there is not": [
    "ScatterND",
    [f32(4, 3), i64(2, 1), f32(2, 3)],
    { reduction: "plus" },
    "the attribute 'reduction' is plus, and can be none, add, mul, min, max",
  ],
  "a triangle that is neither": [
    "Trilu",
    [f32(2, 3)],
    { upper: 7 },
    "the attribute 'upper' is 7, and can be 0, 1",
  ],
  "a flag of 5": [
    "ReduceSum",
    [f32(2, 3)],
    { keepdims: 5 },
    "the attribute 'keepdims' is 5, and can be 0, 1",
  ],
  "statistics that are whole numbers": [
    "LayerNormalization",
    [f32(2, 3), f32(3)],
    { stash_type: 7 },
    "the attribute 'stash_type' is 7, and can be 1, 16",
  ],
  "a number that is none": [
    "LayerNormalization",
    [f32(2, 3), f32(3)],
    { epsilon: { float: NaN } },
    "the attribute 'epsilon' is not of the kind float",
  ],
  "a constant of two numbers for each element": [
    "ConstantOfShape",
    [list(2)],
    { value: { tensor: float32([1, 2], [2]) } },
    "the attribute 'value' is [2], and must have one element",
  ],
  "two extents that are left open": [
    "Reshape",
    [f32(2, 3), list(-1, -1)],
    {},
    "it would give [-6, -1], and no tensor has an extent of -6",
  ],
  "more cut off than there is": [
    "Pad",
    [f32(2), list(-9, 0)],
    {},
    "it would give [-7], and no tensor has an extent of -7",
  ],
  "a negative number of copies": [
    "Tile",
    [f32(2), list(-1)],
    {},
    "it would give [-2], and no tensor has an extent of -2",
  ],
  "a negative extent": [
    "ConstantOfShape",
    [list(-2)],
    {},
    "it would give [-2], and no tensor has an extent of -2",
  ],
  "a negative depth": [
    "OneHot",
    [i64(2), new Builder("tiny.onnx").integer(-3), f32(2)],
    {},
    "it would give [2, -3], and no tensor has an extent of -3",
  ],
  "zero points that do not fit the scale": [
    "DequantizeLinear",
    [{ name: "q", type: "int8", shape: [2, 3] }, f32(3), { name: "z", type: "int8", shape: [2] }],
    { axis: 1 },
    "input 2 is [2], and must be [3]",
  ],
};

for (const [what, [op, inputs, attributes, message]] of Object.entries(WRONG_NODES)) {
  Deno.test(`${what}: the verifier finds it, and no such node is made`, () => {
    const read = inputs.map((input, i) => input?.constant ? input : input && { ...input, name: `${i}` });
    const fed = read.filter((input) => input !== null).filter(({ constant }) => constant === undefined);
    const node: Node = { op, name: "wrong", inputs: read, attributes, outputs: [] };
    const broken: Graph = {
      source: "tiny.onnx",
      inputs: fed,
      nodes: [node],
      outputs: new Map([["y", fed[0]!]]),
    };
    assertThrows(
      () => verify(broken, "here"),
      InvalidGraphError,
      `here: node 'wrong' (${op}) is refused by its row: ${message} (the graph of`,
    );
    assertThrows(
      () => new Builder("tiny.onnx").checkedNode(op, inputs, attributes, "wrong"),
      CompileError,
      `${message}: operator ${op} of node 'wrong' in tiny.onnx`,
    );
  });
}
