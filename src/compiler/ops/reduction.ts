import { plainIntegersOf } from "../graph/constants.ts";
import { CompileError } from "../graph/errors.ts";
import type { Builder } from "./builder.ts";
import { type Dimension, product } from "../graph/dimension.ts";
import type { ElementType } from "../graph/element_types.ts";
import type { Node, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { scalarLike } from "./elementwise.ts";
import { type Arithmetic, larger, smaller } from "./integers.ts";
import {
  axesOf,
  axisOf,
  integerAttribute,
  ofFirst,
  ofOutput,
  type OpDefinition,
  required,
  type SelectionRule,
  type Signature,
  STOP_GRADIENT,
  totalOf,
} from "./op_definition.ts";
import { ANY, INDICES, NUMBERS, signature } from "./operator_signature.ts";
import { checkSingle } from "./shape_checks.ts";

/** The axes that a reduction sums over; none means all. */
export function reducedAxes(node: Pick<Signature, "inputs" | "attributes">): number[] {
  const rank = required(node, 0).shape.length;
  const given = plainIntegersOf(node.inputs[1]);
  if (node.inputs[1] && given === undefined) throw new CompileError("the axes are not known at compile time");
  if (given === undefined || given.length === 0) {
    return integerAttribute(node, "noop_with_empty_axes", 0) === 1
      ? []
      : Array.from({ length: rank }, (_, i) => i);
  }
  return axesOf(given, rank);
}

const keeps = (node: Pick<Signature, "attributes">) => integerAttribute(node, "keepdims", 1) === 1;

/** A value of the reduced shape, seen in the input's rank. */
function kept(b: Builder, node: Node, value: Value): Value {
  const axes = reducedAxes(node);
  return b.reshape(
    value,
    required(node, 0).shape.map((dimension, axis) => axes.includes(axis) ? 1 : dimension),
  );
}

/** The properties of a reduction, besides types and shapes. */
interface Reduction extends Pick<OpDefinition, "accumulate" | "scalesWith"> {
  /** The element types that it takes; all numbers where not given. */
  readonly types?: readonly ElementType[];
  /** dx, from dy and y in the input's rank; `count` elements were reduced to each. */
  readonly gradient?: (b: Builder, dy: Value, x: Value, y: Value, count: Dimension) => Value;
  /** Its function on integers that are known in terms of the symbols. */
  readonly arithmetic?: (items: readonly Dimension[]) => Dimension | undefined;
}

function reduction({ gradient, arithmetic, types = NUMBERS, ...rest }: Reduction): OpDefinition {
  return {
    ...rest,
    signature: signature({ data: "T", "axes?": "int64" }, { T: types }),
    mixedAxes: reducedAxes,
    infer: (node) => {
      const { type, shape, integers } = required(node, 0);
      const axes = reducedAxes(node);
      const reduced = shape.flatMap((dimension, axis) =>
        !axes.includes(axis) ? [dimension] : keeps(node) ? [1] : []
      );
      const known = integers && shape.length === 1 && axes.length === 1 ? arithmetic?.(integers) : undefined;
      return [{ type, shape: reduced, ...(known !== undefined && { integers: [known] }) }];
    },
    ...(gradient && {
      gradient: ofOutput((b, node, dy) => {
        const x = required(node, 0);
        const y = kept(b, node, node.outputs[0]!);
        const count = product(reducedAxes(node).map((axis) => x.shape[axis]!));
        return ofFirst(node, gradient(b, kept(b, node, dy), x, y, count));
      }),
    }),
    selectionRule: (node, axis): SelectionRule | undefined => {
      const axes = reducedAxes(node);
      const rank = required(node, 0).shape.length;
      const places = Array.from({ length: rank }, (_, i) => i).filter((i) =>
        keeps(node) || !axes.includes(i)
      );
      const from = places[axis]!;
      return axes.includes(from) ? undefined : { axes: [from, ...node.inputs.slice(1).map(() => null)] };
    },
  };
}

/** The axes that became 1 from x to y. */
function reducedAxesOf(x: Value, y: Value): number[] {
  return x.shape.flatMap((dimension, axis) => y.shape[axis] === 1 && dimension !== 1 ? [axis] : []);
}

/** The gradient of a largest or smallest element: equal elements share the gradient (see `OpDefinition.gradient`). */
function sharedAmongEqual(b: Builder, dy: Value, x: Value, y: Value): Value {
  const hits = b.cast(b.op("Equal", [x, y]), x.type);
  return b.multiply(dy, b.divide(hits, b.sum(hits, reducedAxesOf(x, y))));
}

/** The largest or the smallest of whole numbers, where it is known which one that is. */
function furthest(items: readonly Dimension[], pick: Arithmetic): Dimension | undefined {
  const [first, ...rest] = items;
  return rest.reduce(
    (found: Dimension | undefined, item) => found === undefined ? found : pick(found, item),
    first,
  );
}

/** A dimension as a scalar of a value's element type. */
function dimensionLike(b: Builder, like: Value, dimension: Dimension): Value {
  return typeof dimension === "number"
    ? scalarLike(b, like, dimension)
    : b.cast(b.integer(dimension), like.type);
}

/** Operators that reduce axes to one number each, and cumulative sums. */
export const reductions = {
  ReduceSum: reduction({
    gradient: (b, dy, x) => b.expand(dy, x.shape),
    scalesWith: "all",
    arithmetic: totalOf,
    accumulate: (total, item) => total + item,
  }),
  ReduceMean: reduction({
    gradient: (b, dy, x, _, count) => b.expand(b.divide(dy, dimensionLike(b, dy, count)), x.shape),
    scalesWith: "all",
    accumulate: (total, item) => total + item,
  }),
  ReduceMax: reduction({
    types: ANY,
    gradient: sharedAmongEqual,
    arithmetic: (items) => furthest(items, larger),
    accumulate: (largest, item) => Math.max(largest, item),
  }),
  ReduceMin: reduction({
    types: ANY,
    gradient: sharedAmongEqual,
    arithmetic: (items) => furthest(items, smaller),
    accumulate: (smallest, item) => Math.min(smallest, item),
  }),
  ReduceSumSquare: reduction({
    gradient: (b, dy, x) => b.multiply(b.multiply(dy, scalarLike(b, dy, 2)), x),
  }),
  // Where all elements are 0 the slope is not defined, and taken as 0, as in PyTorch.
  ReduceL2: reduction({
    gradient: (b, dy, x, y) => {
      const zero = scalarLike(b, y, 0);
      const ratio = b.op("Where", [b.op("Equal", [y, zero]), zero, b.divide(dy, y)]);
      return b.multiply(ratio, x);
    },
  }),
  // The product of the other elements: that of those that are not 0, over the element, or 0 where another one is 0.
  ReduceProd: reduction({
    gradient: (b, dy, x, y) => {
      const axes = reducedAxesOf(x, y);
      const isZero = b.op("Equal", [x, scalarLike(b, x, 0)]);
      const zeros = b.cast(isZero, x.type);
      const nonzero = b.op("Where", [isZero, scalarLike(b, x, 1), x]);
      const whole = axes.length === 0
        ? nonzero
        : b.op("ReduceProd", [nonzero, b.integers(axes)], { keepdims: 1 });
      const otherZeros = b.subtract(b.sum(zeros, axes), zeros);
      const noneElse = b.op("Equal", [otherZeros, scalarLike(b, x, 0)]);
      const others = b.op("Where", [noneElse, b.divide(whole, nonzero), scalarLike(b, x, 0)]);
      return b.multiply(dy, others);
    },
    arithmetic: product,
    accumulate: (total, item) => total * item,
  }),
  ArgMax: {
    signature: signature({ data: "T" }, { T: NUMBERS }),
    infer: (node) => {
      const { shape } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", 0), shape.length);
      const reduced = shape.flatMap((dimension, i) => i !== axis ? [dimension] : keeps(node) ? [1] : []);
      return [{ type: "int64", shape: reduced }];
    },
    // A position is piecewise constant: see `OpDefinition.gradient`.
    gradient: ofOutput(() => [STOP_GRADIENT]),
  },
  // Each element counts in every sum from it on: the gradient is summed the other way round.
  CumSum: {
    signature: signature({ x: "T", axis: "T2" }, { T: NUMBERS, T2: INDICES }),
    infer: (node) => {
      const { type, shape } = required(node, 0);
      checkSingle(node, 1);
      for (const axis of plainIntegersOf(required(node, 1)) ?? []) axisOf(axis, shape.length);
      return [{ type, shape }];
    },
    gradient: ofOutput((b, node, dy) => {
      const reverse = integerAttribute(node, "reverse", 0) === 0 ? 1 : 0;
      const exclusive = integerAttribute(node, "exclusive", 0) === 0 ? 0 : 1;
      return ofFirst(node, b.op("CumSum", [dy, required(node, 1)], { reverse, exclusive }));
    }),
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
