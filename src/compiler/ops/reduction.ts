import { plainIntegersOf } from "../constants.ts";
import { CompileError } from "../errors.ts";
import type { Builder } from "../builder.ts";
import { type Dimension, product } from "../dimension.ts";
import type { Node, Value } from "../graph.ts";
import {
  axisOf,
  integerAttribute,
  integersAttribute,
  type Passage,
  required,
  type Row,
  type Signature,
} from "./row.ts";

/** The axes that a reduction sums over: an input since opset 13 or 18, an attribute before; none given means all. */
function reducedAxes(node: Pick<Signature, "inputs" | "attributes">): number[] {
  const rank = required(node, 0).shape.length;
  const given = node.inputs[1] ? plainIntegersOf(node.inputs[1]) : integersAttribute(node, "axes");
  if (node.inputs[1] && given === undefined) throw new CompileError("the axes are not known at compile time");
  if (given === undefined || given.length === 0) {
    return integerAttribute(node, "noop_with_empty_axes", 0) === 1
      ? []
      : Array.from({ length: rank }, (_, i) => i);
  }
  return given.map((axis) => axisOf(axis, rank));
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

function reduction(gradient?: (b: Builder, dy: Value, x: Value, y: Value, count: Dimension) => Value): Row {
  return {
    infer: (node) => {
      const { type, shape } = required(node, 0), axes = reducedAxes(node);
      const reduced = shape.flatMap((dimension, axis) =>
        !axes.includes(axis) ? [dimension] : keeps(node) ? [1] : []
      );
      return [{ type, shape: reduced }];
    },
    ...(gradient && {
      gradient: (b, node, [dy]) => {
        const x = required(node, 0), y = kept(b, node, node.outputs[0]!);
        const count = product(reducedAxes(node).map((axis) => x.shape[axis]!));
        return [gradient(b, kept(b, node, dy!), x, y, count), null];
      },
    }),
    passage: (node, axis): Passage | undefined => {
      const axes = reducedAxes(node), rank = required(node, 0).shape.length;
      const places = Array.from({ length: rank }, (_, i) => i).filter((i) =>
        keeps(node) || !axes.includes(i)
      );
      const from = places[axis]!;
      return axes.includes(from) ? undefined : { axes: [from, ...node.inputs.slice(1).map(() => null)] };
    },
  };
}

/** A dimension as a float32 scalar. */
function asFloat(b: Builder, dimension: Dimension): Value {
  return typeof dimension === "number"
    ? b.scalar(dimension)
    : b.op("Cast", [b.integer(dimension)], { to: 1 });
}

/** Operators that gather an axis into one number or normalize along it. */
export const reductions: Readonly<Record<string, Row>> = {
  ReduceSum: reduction((b, dy, x) => b.expand(dy, x.shape)),
  ReduceMean: reduction((b, dy, x, _, count) => b.expand(b.divide(dy, asFloat(b, count)), x.shape)),
  // Equal maxima share the gradient.
  ReduceMax: reduction((b, dy, x, y) => {
    const hits = b.op("Cast", [b.op("Equal", [x, y])], { to: 1 });
    const axes = x.shape.flatMap((dimension, axis) => y.shape[axis] === 1 && dimension !== 1 ? [axis] : []);
    return b.multiply(dy, b.divide(hits, b.sum(hits, axes)));
  }),
  // Of whole numbers: positions counted over an attention mask.
  CumSum: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      return [{ type, shape }];
    },
  },
  Softmax: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      axisOf(integerAttribute(node, "axis", -1), shape.length);
      return [{ type, shape }];
    },
    // dx = y·(dy - Σ y·dy)
    gradient: (b, node, [dy]) => {
      const y = node.outputs[0]!, weighted = b.multiply(y, dy!);
      const axis = axisOf(integerAttribute(node, "axis", -1), y.shape.length);
      return [b.subtract(weighted, b.multiply(y, b.sum(weighted, [axis])))];
    },
    passage: (node, axis) => {
      const normalized = axisOf(integerAttribute(node, "axis", -1), node.outputs[0]!.shape.length);
      return axis === normalized ? undefined : { axes: [axis] };
    },
  },
};
