import { plainIntegersOf } from "../graph/constants.ts";
import { CompileError } from "../graph/errors.ts";
import { type Dimension, product, sameDimension, sameShape } from "../graph/dimension.ts";
import type { Builder } from "./builder.ts";
import type { Node, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { checkDistinctElements, checkDistinctSlices } from "./distinct_elements.ts";
import { addedElements } from "./gather_elements.ts";
import {
  attributeAxis,
  axisOf,
  axisUnder,
  integerAttribute,
  ofFirst,
  ofOutput,
  type OpDefinition,
  required,
  STOP_GRADIENT,
  stringAttribute,
} from "./op_definition.ts";
import { ANY, INDICES, NUMBERS, signature } from "./operator_signature.ts";
import { checkElementIndices, checkIndices, checkShape, checkSingle, pickedRest } from "./shape_checks.ts";
import { wholeNumber } from "./shapes.ts";

/**
 * The rows [batch, rows, 1] in places [batch, rows, 2] that are pairs of an example's index and a row of it: in this form, a
 * selection is recognized as one per example.
 */
function rowsOfEach(places: Value, batch: Dimension): Value | undefined {
  const join = places.producer;
  if (join?.op !== "Concat" || join.inputs.length !== 2 || places.shape.length !== 3) return undefined;
  if (attributeAxis(join, 0) !== 2 || !sameDimension(places.shape[0]!, batch)) return undefined;
  const [examples, rows] = [required(join, 0), required(join, 1)];
  if (examples.shape[2] !== 1 || rows.shape[2] !== 1) return undefined;
  return countsExamples(examples, batch) ? rows : undefined;
}

/** Whether a value is the numbers 0, 1, …, batch - 1 along axis 0, repeated along the others. */
function countsExamples({ producer }: Value, batch: Dimension): boolean {
  const numbers = producer?.op === "Expand" ? required(producer, 0) : undefined;
  const range = numbers?.producer?.op === "Reshape" ? required(numbers.producer, 0).producer : undefined;
  if (range?.op !== "Range" || !sameShape(numbers!.shape, [batch, 1, 1])) return false;
  return wholeNumber(required(range, 0)) === 0 && wholeNumber(required(range, 2)) === 1;
}

/** Whether scattered values are added, instead of replacing elements. */
function isAdded(node: Node): boolean {
  const reduction = stringAttribute(node, "reduction", "none");
  if (reduction === "none" || reduction === "add") return reduction === "add";
  throw new CompileError(`the gradient of scattering with the reduction '${reduction}' is not known`);
}

/** `Builder.oneHot` in the type of a gradient. */
function hitsOf(b: Builder, indices: Value, depth: Dimension, gradient: Value): Value {
  return b.oneHot(indices, depth, gradient.type === "float64" ? "float64" : "float32");
}

/** Operators that pick elements by index. Their gradients are products with one-hot matrices: no scattered additions,
 * whose order a GPU does not fix, so that the same inputs give the same bits. */
export const selection = {
  Gather: {
    signature: signature({ data: "T", indices: "Tind" }, { T: ANY, Tind: INDICES }),
    scalesWith: "all",
    lookup: { of: "slices", axis: "axis" },
    float16: "follows",
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const axis = axisOf(integerAttribute(node, "axis", 0), data.shape.length);
      const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
      checkIndices(indices, data.shape[axis]!);
      const places = plainIntegersOf(indices);
      const items = data.integers;
      const known = places !== undefined && items !== undefined && data.shape.length === 1 &&
        indices.shape.length <= 1;
      const integers = known && places.map((at) => items[at < 0 ? at + items.length : at]!);
      return [{ type: data.type, shape, ...(integers && { integers }) }];
    },
    gradient: ofOutput((b, node, dy) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const axis = axisOf(integerAttribute(node, "axis", 0), data.shape.length);
      const before = product(data.shape.slice(0, axis));
      const after = product(data.shape.slice(axis + 1));
      const picked = product(indices.shape);
      const hits = hitsOf(b, b.reshape(indices, [picked]), data.shape[axis]!, dy); // [picked, extent]
      const scattered = after === 1
        ? b.matmul(b.reshape(dy, [before, picked]), hits)
        : b.matmul(hits, b.reshape(dy, [before, picked, after]), { a: true });
      return ofFirst(node, b.reshape(scattered, data.shape));
    }),
    selectionRule: (node, axis) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const picked = axisOf(integerAttribute(node, "axis", 0), data.shape.length);
      if (axis < picked) return { axes: [axis, null] };
      if (axis >= picked + indices.shape.length) return { axes: [axis - indices.shape.length + 1, null] };
      return { axes: [null, axis - picked] };
    },
  },
  // One index for each place of the first batch_dims axes: data [batch…, extent, rest…], indices [batch…, picked, 1]
  GatherND: {
    signature: signature({ data: "T", indices: "int64" }, { T: ANY }),
    scalesWith: "all",
    float16: "follows",
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const batch = integerAttribute(node, "batch_dims", 0);
      return [{ type: data.type, shape: [...indices.shape.slice(0, -1), ...pickedRest(node, batch)] }];
    },
    gradient: ofOutput((b, node, dy) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const batch = integerAttribute(node, "batch_dims", 0);
      if (indices.shape.at(-1) !== 1 || indices.shape.length !== batch + 2) {
        throw new CompileError("the gradient is known only for one index along one axis");
      }
      const outer = product(data.shape.slice(0, batch));
      const extent = data.shape[batch]!;
      const rest = product(data.shape.slice(batch + 1));
      const picked = indices.shape[batch]!;
      const hits = hitsOf(b, b.reshape(indices, [outer, picked]), extent, dy); // [outer, picked, extent]
      const scattered = b.matmul(hits, b.reshape(dy, [outer, picked, rest]), { a: true });
      return ofFirst(node, b.reshape(scattered, data.shape));
    }),
    selectionRule: (node, axis) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const shift = data.shape.length - node.outputs[0]!.shape.length;
      return axis >= indices.shape.length - 1 ? { axes: [axis + shift, null] } : undefined;
    },
  },
  // Places are written once each: the rows that the prompt takes are distinct.
  ScatterND: {
    signature: signature({ data: "T", indices: "int64", updates: "T" }, { T: ANY }),
    scalesWith: "all",
    infer: (node) => {
      const { type, shape } = required(node, 0);
      checkShape(node, 2, [...required(node, 1).shape.slice(0, -1), ...pickedRest(node, 0)]);
      return [{ type, shape }];
    },
    gradient: ofOutput((b, node, dy) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const updates = required(node, 2);
      const own = rowsOfEach(indices, data.shape[0]!);
      const read = own ? b.op("GatherND", [dy, own], { batch_dims: 1 }) : b.op("GatherND", [dy, indices]);
      if (isAdded(node)) return [dy, STOP_GRADIENT, read];
      checkDistinctSlices(indices, data);
      return [b.op("ScatterND", [dy, indices, b.zeros(data.type, updates.shape)]), STOP_GRADIENT, read];
    }),
  },
  // One index for each element of the output. Several may pick the same element: their gradients are added.
  GatherElements: {
    signature: signature({ data: "T", indices: "Tind" }, { T: ANY, Tind: INDICES }),
    lookup: { of: "elements", axis: "axis" },
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      checkElementIndices(node);
      return [{ type: required(node, 0).type, shape: required(node, 1).shape }];
    },
    gradient: ofOutput((b, node, dy) => ofFirst(node, addedElements(b, node, dy))),
  },
  // Places are written once each, as in ScatterND.
  ScatterElements: {
    signature: signature({ data: "T", indices: "Tind", updates: "T" }, { T: ANY, Tind: INDICES }),
    infer: (node) => {
      const { type, shape } = required(node, 0);
      checkElementIndices(node);
      checkShape(node, 2, required(node, 1).shape);
      return [{ type, shape }];
    },
    gradient: ofOutput((b, node, dy) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const updates = required(node, 2);
      const axis = integerAttribute(node, "axis", 0);
      const read = b.op("GatherElements", [dy, indices], { axis });
      if (isAdded(node)) return [dy, STOP_GRADIENT, read];
      checkDistinctElements(indices, data, axisOf(axis, data.shape.length));
      return [
        b.op("ScatterElements", [dy, indices, b.zeros(data.type, updates.shape)], { axis }),
        STOP_GRADIENT,
        read,
      ];
    }),
  },
  OneHot: {
    signature: signature({ indices: "T1", depth: "T2", values: "T3" }, {
      T1: NUMBERS,
      T2: NUMBERS,
      T3: ANY,
    }),
    webgpuLacks: "kernel",
    infer: (node) => {
      const indices = required(node, 0);
      const values = required(node, 2);
      const depth = required(node, 1).integers?.[0];
      if (depth === undefined) throw new CompileError("the depth is not known");
      if (integerAttribute(node, "axis", -1) !== -1) {
        throw new CompileError("only the last axis can be one-hot");
      }
      checkSingle(node, 1);
      checkShape(node, 2, [2]);
      return [{ type: values.type, shape: [...indices.shape, depth] }];
    },
    // The values are [off, on]; whole numbers choose between them, float ones too.
    gradient: ofOutput((b, node, dy) => {
      const indices = required(node, 0);
      const hits = hitsOf(b, indices, dy.shape.at(-1)!, dy);
      const on = b.multiply(dy, hits);
      const totals = [b.subtract(dy, on), on].map((part) =>
        b.reshape(b.sum(part, part.shape.map((_, axis) => axis)), [1])
      );
      return [STOP_GRADIENT, STOP_GRADIENT, b.op("Concat", totals, { axis: 0 })];
    }),
    selectionRule: (node, axis) => {
      const { shape } = required(node, 0);
      return axis < shape.length ? { axes: [axisUnder(shape, axis, shape.length), null, null] } : undefined;
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
