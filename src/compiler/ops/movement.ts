import { plainIntegersOf } from "../constants.ts";
import { CompileError } from "../errors.ts";
import { type Dimension, multiply, product, sameDimension, subtract } from "../dimension.ts";
import type { Builder } from "../builder.ts";
import type { Node, Value } from "../graph.ts";
import {
  axisOf,
  axisUnder,
  broadcast,
  integerAttribute,
  integersAttribute,
  type Output,
  type Passage,
  required,
  reshapedTo,
  type Row,
  type Signature,
  totalOf,
} from "./row.ts";

type Asked = Pick<Signature, "inputs" | "attributes">;

/** The plain integers of an input that must be known at compile time. */
function plain(node: Asked, at: number, what: string): readonly number[] {
  const integers = plainIntegersOf(required(node, at));
  if (integers === undefined) throw new CompileError(`the ${what} are not known at compile time`);
  return integers;
}

/** The shape that input 1 asks for. */
function wantedShape(node: Asked): readonly Dimension[] {
  const integers = required(node, 1).integers;
  if (integers === undefined) {
    throw new CompileError("the wanted shape is not known in terms of the inputs' shapes");
  }
  return integers;
}

/** The same elements in a new shape, with the integers they are known to be. */
function reshaped(x: Value, shape: readonly Dimension[]): Output[] {
  const small = x.integers !== undefined && shape.length <= 1;
  return [{ type: x.type, shape, ...(small && { integers: x.integers }) }];
}

const backToInput = (b: Builder, node: Node, dy: Value) => [b.reshape(dy, required(node, 0).shape), null];

/** The input's axis that an output axis is, whole and in the same place, when a tensor is reshaped. */
function sameAxis(from: readonly Dimension[], to: readonly Dimension[], axis: number): number | undefined {
  const before = product(to.slice(0, axis));
  for (let own = 0; own < from.length; own++) {
    if (sameDimension(product(from.slice(0, own)), before) && sameDimension(from[own]!, to[axis]!)) {
      return own;
    }
  }
  return undefined;
}

/** A selection passes a reshape along an axis that stays whole; the narrowed shape has the selection's extent there. */
function reshapePassage(node: Node, axis: number): Passage | undefined {
  const shape = node.outputs[0]!.shape;
  const own = sameAxis(required(node, 0).shape, shape, axis);
  if (own === undefined) return undefined;
  return {
    axes: [own, ...node.inputs.slice(1).map(() => null)],
    rebuild: (
      b,
      [x],
      extent,
    ) => [b.reshape(x!, shape.map((dimension, i) => i === axis ? extent : dimension))],
  };
}

/** Start, end and step along each axis that a Slice cuts. */
interface Cut {
  readonly axis: number;
  readonly start: Dimension;
  readonly end: Dimension;
  readonly step: number;
}

/** Reads a Slice's inputs; an end past the axis is the axis' end, as in the specification. */
function cuts(node: Asked): Cut[] {
  const { shape } = required(node, 0);
  const starts = required(node, 1).integers, ends = required(node, 2).integers;
  if (starts === undefined || ends === undefined) {
    throw new CompileError("where to cut is not known at compile time");
  }
  const axes = node.inputs[3] ? plain(node, 3, "axes") : starts.map((_, i) => i);
  const steps = node.inputs[4] ? plain(node, 4, "steps") : starts.map(() => 1);
  return axes.map((given, i) => {
    const axis = axisOf(given, shape.length), size = shape[axis]!, step = steps[i]!;
    if (step < 1) throw new CompileError(`step ${step} of a Slice`);
    return { axis, start: bounded(starts[i]!, size), end: bounded(ends[i]!, size), step };
  });
}

/** A position on an axis, counted from its end where negative. A symbol is taken to lie within the axis. */
function bounded(position: Dimension, size: Dimension): Dimension {
  if (typeof position !== "number") return position;
  if (typeof size === "number") return Math.max(0, Math.min(size, position < 0 ? position + size : position));
  if (position < 0) return totalOf([size, position]);
  return position >= 2 ** 31 - 1 ? size : position;
}

function cutExtent({ start, end, step }: Cut): Dimension {
  const extent = subtract(end, start);
  if (typeof extent === "number") return Math.max(0, Math.ceil(extent / step));
  if (step !== 1) throw new CompileError(`a Slice of ${extent} in steps of ${step}`);
  return extent;
}

/** Zeros before and after along one axis. */
function padded(b: Builder, x: Value, axis: number, before: Dimension, after: Dimension): Value {
  const zeros = (extent: Dimension) =>
    b.filled(x.shape.map((dimension, i) => i === axis ? extent : dimension), {
      type: x.type,
      dims: [1],
      bytes: new Uint8Array(8).subarray(0, x.type === "float16" ? 2 : 4),
    });
  const parts = [...(before === 0 ? [] : [zeros(before)]), x, ...(after === 0 ? [] : [zeros(after)])];
  return parts.length === 1 ? x : b.op("Concat", parts, { axis });
}

/** How many elements a Pad adds: before and after each axis. */
function padding(node: Asked): { before: readonly number[]; after: readonly number[] } {
  const { shape } = required(node, 0), given = plain(node, 1, "pads"), half = given.length / 2;
  const axes = node.inputs[3] ? plain(node, 3, "axes") : shape.map((_, axis) => axis);
  const along = (items: readonly number[]) => {
    const all = shape.map(() => 0);
    for (const [i, axis] of axes.entries()) all[axisOf(axis, shape.length)] = items[i]!;
    return all;
  };
  return { before: along(given.slice(0, half)), after: along(given.slice(half)) };
}

/** The extents that a Split gives its outputs. */
function splitExtents(node: Asked, outputs: number): readonly Dimension[] {
  const { shape } = required(node, 0);
  if (node.inputs[1]) return plain(node, 1, "extents");
  const size = shape[axisOf(integerAttribute(node, "axis", 0), shape.length)]!;
  if (typeof size !== "number" || size % outputs !== 0) {
    throw new CompileError(`${size} in ${outputs} equal parts`);
  }
  return Array.from({ length: outputs }, () => size / outputs);
}

/** Operators that move elements and compute nothing. */
export const movement: Readonly<Record<string, Row>> = {
  Reshape: {
    infer: (node) => {
      const x = required(node, 0);
      return reshaped(
        x,
        reshapedTo(x.shape, wantedShape(node), integerAttribute(node, "allowzero", 0) === 0),
      );
    },
    gradient: (b, node, [dy]) => backToInput(b, node, dy!),
    passage: reshapePassage,
  },
  Unsqueeze: {
    infer: (node) => {
      const x = required(node, 0), given = plain(node, 1, "axes"), rank = x.shape.length + given.length;
      const axes = given.map((axis) => axisOf(axis, rank)), rest = [...x.shape];
      return reshaped(x, Array.from({ length: rank }, (_, axis) => axes.includes(axis) ? 1 : rest.shift()!));
    },
    gradient: (b, node, [dy]) => backToInput(b, node, dy!),
    passage: reshapePassage,
  },
  Squeeze: {
    infer: (node) => {
      const x = required(node, 0);
      const axes = node.inputs[1]
        ? plain(node, 1, "axes").map((axis) => axisOf(axis, x.shape.length))
        : x.shape.flatMap((dimension, axis) => dimension === 1 ? [axis] : []);
      return reshaped(x, x.shape.filter((_, axis) => !axes.includes(axis)));
    },
    gradient: (b, node, [dy]) => backToInput(b, node, dy!),
    passage: reshapePassage,
  },
  Flatten: {
    infer: (node) => {
      const x = required(node, 0), axis = integerAttribute(node, "axis", 1);
      return reshaped(x, [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]);
    },
    gradient: (b, node, [dy]) => backToInput(b, node, dy!),
    passage: reshapePassage,
  },
  Transpose: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      return [{ type, shape: permutation(node).map((axis) => shape[axis]!) }];
    },
    gradient: (b, node, [dy]) => {
      const perm = permutation(node);
      return [b.transpose(dy!, perm.map((_, axis) => perm.indexOf(axis)))];
    },
    passage: (node, axis) => ({ axes: [permutation(node)[axis]!] }),
  },
  Expand: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      return [{ type, shape: broadcast(shape, wantedShape(node)) }];
    },
    gradient: (_, __, [dy]) => [dy!, null],
    passage: (node, axis) => {
      const shape = node.outputs[0]!.shape;
      return {
        axes: [axisUnder(required(node, 0).shape, axis, shape.length), null],
        rebuild: (
          b,
          [x],
          extent,
        ) => [b.expand(x!, shape.map((dimension, i) => i === axis ? extent : dimension))],
      };
    },
  },
  Concat: {
    infer: (node) => {
      const parts = node.inputs.map((_, i) => required(node, i)), [{ type, shape }] = parts as [Value];
      const axis = axisOf(integerAttribute(node, "axis", 0), shape.length);
      const extent = totalOf(parts.map((part) => part.shape[axis]!));
      const known = parts.every((part) => part.integers !== undefined) && shape.length === 1;
      return [{
        type,
        shape: shape.map((dimension, i) => i === axis ? extent : dimension),
        ...(known && { integers: parts.flatMap((part) => part.integers!) }),
      }];
    },
    gradient: (b, node, [dy]) => {
      const axis = axisOf(integerAttribute(node, "axis", 0), dy!.shape.length);
      let start: Dimension = 0;
      return node.inputs.map((part) => {
        const end = totalOf([start, part!.shape[axis]!]);
        const bounds = [start, end].map((at) => b.integers([at]));
        start = end;
        return b.op("Slice", [dy!, ...bounds, b.integers([axis])]);
      });
    },
    passage: (node, axis) => {
      const joined = axisOf(integerAttribute(node, "axis", 0), node.outputs[0]!.shape.length);
      return axis === joined ? undefined : { axes: node.inputs.map(() => axis) };
    },
  },
  Slice: {
    infer: (node) => {
      const x = required(node, 0), shape = [...x.shape], found = cuts(node);
      for (const cut of found) shape[cut.axis] = cutExtent(cut);
      const { start, end, step } = found[0] ?? { start: 0, end: 0, step: 1 };
      const known = x.integers !== undefined && x.shape.length === 1 && typeof start === "number" &&
        typeof end === "number";
      const integers = known && x.integers!.slice(start, end).filter((_, i) => i % step === 0);
      return [{ type: x.type, shape, ...(integers && { integers }) }];
    },
    gradient: (b, node, [dy]) => {
      const { shape } = required(node, 0);
      const dx = cuts(node).reduce((piece, { axis, start, end, step }) => {
        if (step !== 1) throw new CompileError(`the gradient of a Slice in steps of ${step}`);
        return padded(b, piece, axis, start, subtract(shape[axis]!, end));
      }, dy!);
      return [dx];
    },
    passage: (node, axis) => {
      const cut = cuts(node).some((one) => one.axis === axis);
      return cut ? undefined : { axes: [axis, ...node.inputs.slice(1).map(() => null)] };
    },
  },
  // The lower or upper triangle of the last two axes; zeros elsewhere.
  Trilu: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      return [{ type, shape }];
    },
    gradient: (b, node, [dy]) => [b.op("Trilu", [dy!, node.inputs[1] ?? null], node.attributes), null],
  },
  // Each copy's gradient counts: the copies get an axis of their own, which is summed away.
  Tile: {
    infer: (node) => {
      const { type, shape } = required(node, 0), repeats = required(node, 1).integers;
      if (repeats === undefined) throw new CompileError("how often to repeat is not known at compile time");
      return [{ type, shape: shape.map((dimension, axis) => multiply(dimension, repeats[axis]!)) }];
    },
    gradient: (b, node, [dy]) => {
      const { shape } = required(node, 0), repeats = required(node, 1).integers!;
      const copies = b.reshape(dy!, shape.flatMap((dimension, axis) => [repeats[axis]!, dimension]));
      return [b.reshape(b.sum(copies, shape.map((_, axis) => 2 * axis)), shape), null];
    },
    passage: (node, axis) =>
      sameDimension(required(node, 1).integers![axis]!, 1) ? { axes: [axis, null] } : undefined,
  },
  Pad: {
    infer: (node) => {
      if ((node.attributes.mode ?? "constant") !== "constant") {
        throw new CompileError(`padding by ${node.attributes.mode} is not supported`);
      }
      const { type, shape } = required(node, 0), { before, after } = padding(node);
      return [{
        type,
        shape: shape.map((dimension, axis) => totalOf([dimension, before[axis]!, after[axis]!])),
      }];
    },
    gradient: (b, node, [dy]) => {
      const { shape } = required(node, 0), { before } = padding(node);
      const ends = shape.map((dimension, axis) => totalOf([dimension, before[axis]!]));
      return [b.op("Slice", [dy!, b.integers(before), b.integers(ends)]), null];
    },
  },
  Split: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", 0), shape.length);
      return splitExtents(node, node.outputs).map((extent) => ({
        type,
        shape: shape.map((dimension, i) => i === axis ? extent : dimension),
      }));
    },
    gradient: (b, node, gradients) => {
      const axis = axisOf(integerAttribute(node, "axis", 0), required(node, 0).shape.length);
      const parts = node.outputs.map((output, i) =>
        gradients[i] ?? b.filled(output.shape, { type: "float32", dims: [1], bytes: new Uint8Array(4) })
      );
      return [b.op("Concat", parts, { axis }), null];
    },
    passage: (node, axis) => {
      const cut = axisOf(integerAttribute(node, "axis", 0), required(node, 0).shape.length);
      return axis === cut ? undefined : { axes: [axis, null] };
    },
  },
};

function permutation(node: Asked): readonly number[] {
  const rank = required(node, 0).shape.length;
  return integersAttribute(node, "perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}
