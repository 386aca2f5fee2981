import { add, canBeSame, type Dimension, leastOf, mostOf, subtract } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { padded, paddedIn, spread, turned } from "./cut_gradient.ts";
import { integersInSteps, stepsAlong } from "./integers.ts";
import {
  type Asked,
  attributeAxis,
  axisOf,
  EXPORTED_OTHERWISE,
  integerAttribute,
  ofFirst,
  ofInputs,
  ofOutput,
  type OpDefinition,
  plainInput,
  required,
  STOP_GRADIENT,
  stringAttribute,
  totalOf,
} from "./op_definition.ts";
import { ANY, INDICES, signature } from "./operator_signature.ts";

/** Start, end and step along each axis that a Slice cuts. */
interface Cut {
  readonly axis: number;
  readonly start: Dimension;
  readonly end: Dimension;
  readonly step: number;
}

/** What a Slice cuts; an end past the axis is the axis' end, as in the specification, and one before the start is the start. */
export function cutsOf(node: Asked): Cut[] {
  const { shape } = required(node, 0);
  const starts = required(node, 1).integers;
  const ends = required(node, 2).integers;
  if (starts === undefined || ends === undefined) {
    throw new CompileError(`the bounds of the cut are not known at compile time${EXPORTED_OTHERWISE}`);
  }
  const axes = node.inputs[3] ? plainInput(node, 3, "axes") : starts.map((_, i) => i);
  const steps = node.inputs[4] ? plainInput(node, 4, "steps") : starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length)) {
    throw new CompileError(
      `${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps are given`,
    );
  }
  if (steps.includes(0)) {
    throw new CompileError(
      `the step along axis ${axes[steps.indexOf(0)]} is 0, and must be another whole number`,
    );
  }
  return axes.map((given, i) => {
    const axis = axisOf(given, shape.length);
    const size = shape[axis]!;
    const step = steps[i]!;
    if (step < 0) return { axis, step, ...backwards(starts[i]!, ends[i]!, size) };
    const start = bounded(starts[i]!, size);
    const end = bounded(ends[i]!, size);
    const isEmpty = typeof start === "number" && typeof end === "number" && end < start;
    return { axis, start, end: isEmpty ? start : end, step };
  });
}

/** A position on an axis, counted from its end where negative. A symbol is taken to lie within the axis, if it can. */
function bounded(position: Dimension, size: Dimension): Dimension {
  if (typeof position !== "number") {
    const place = mostOf(position) < 0 ? add(size, position) : position;
    return leastOf(subtract(place, size)) >= 0 ? size : place;
  }
  if (typeof size === "number") return Math.max(0, Math.min(size, position < 0 ? position + size : position));
  if (Math.abs(position) >= 2 ** 31 - 1) return position < 0 ? 0 : size;
  return position < 0 ? totalOf([size, position]) : position;
}

/** The bounds of a cut that runs backwards along an axis of known size: the end is -1 where the first element is the last taken. */
function backwards(start: Dimension, end: Dimension, size: Dimension): Pick<Cut, "start" | "end"> {
  if (typeof start !== "number" || typeof end !== "number" || typeof size !== "number") {
    throw new CompileError(
      `a Slice runs backwards from ${start} to ${end} over ${size}, and these are not all known at compile time${EXPORTED_OTHERWISE}`,
    );
  }
  const place = (at: number) => Math.max(-1, Math.min(size - 1, at < 0 ? at + size : at));
  return { start: place(start), end: place(end) };
}

function cutExtent({ start, end, step }: Cut): Dimension {
  const extent = subtract(end, start);
  if (typeof extent === "number") return Math.max(0, Math.ceil(extent / step));
  if (step !== 1) {
    throw new CompileError(
      `the size of a Slice of ${extent} is not known in steps of ${step}, but only of 1${EXPORTED_OTHERWISE}`,
    );
  }
  return extent;
}

/** The integers of a tensor that are left when it is cut to a shape, where the cuts are known numbers. */
function pieceOf(x: Value, shape: readonly Dimension[], cuts: readonly Cut[]): { integers?: Dimension[] } {
  const apart = stepsAlong(x.shape);
  const steps = [...apart];
  let first = 0;
  for (const { axis, start, step } of cuts) {
    if (typeof start !== "number") return {};
    first += start * apart[axis]!;
    steps[axis] = step * apart[axis]!;
  }
  return integersInSteps(x, shape, steps, first);
}

/** The numbers of elements that a Pad adds before and after each axis. */
function padding(node: Asked): { before: readonly number[]; after: readonly number[] } {
  const { shape } = required(node, 0);
  const given = plainInput(node, 1, "pads");
  const half = given.length / 2;
  const axes = node.inputs[3] ? plainInput(node, 3, "axes") : shape.map((_, axis) => axis);
  if (half !== axes.length) {
    throw new CompileError(
      `there are ${given.length} pads for ${axes.length} axes, and must be two for each`,
    );
  }
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
  const size = shape[axisOf(integerAttribute(node, "axis", 0), shape.length)]!;
  if (node.inputs[1]) {
    const extents = plainInput(node, 1, "extents");
    if (canBeSame(totalOf(extents), size) && extents.every((extent) => extent >= 0)) return extents;
    throw new CompileError(`the extents [${extents.join(", ")}] do not add up to ${size}`);
  }
  if (typeof size !== "number" || size % outputs !== 0) {
    throw new CompileError(
      `an axis of ${size} cannot be split into ${outputs} equal parts${EXPORTED_OTHERWISE}`,
    );
  }
  return Array.from({ length: outputs }, () => size / outputs);
}

/** Operators that cut a tensor along its axes, or pad it. */
export const cutting = {
  Slice: {
    signature: signature({ data: "T", starts: "Tind", ends: "Tind", "axes?": "Tind", "steps?": "Tind" }, {
      T: ANY,
      Tind: INDICES,
    }),
    scalesWith: "all",
    mixedAxes: (node) => cutsOf(node).map(({ axis }) => axis),
    float16: "follows",
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      const x = required(node, 0);
      const shape = [...x.shape];
      const found = cutsOf(node);
      for (const slice of found) shape[slice.axis] = cutExtent(slice);
      return [{ type: x.type, shape, ...pieceOf(x, shape, found) }];
    },
    gradient: ofOutput((b, node, dy) => {
      const { shape } = required(node, 0);
      const dx = cutsOf(node).reduce((piece, { axis, start, end, step }) => {
        const rest = subtract(shape[axis]!, end);
        if (step === 1) return padded(b, piece, axis, start, rest);
        if (step < 0) return turned(b, piece, axis, start, step, shape[axis]!);
        return padded(b, spread(b, piece, axis, step, subtract(end, start)), axis, start, rest);
      }, dy);
      return ofFirst(node, dx);
    }),
    selectionRule: (node, axis) => {
      const slice = cutsOf(node).some((one) => one.axis === axis);
      return slice ? undefined : { axes: [axis, ...node.inputs.slice(1).map(() => null)] };
    },
  },
  Pad: {
    signature: signature({ data: "T", pads: "int64", "constant_value?": "T", "axes?": "Tind" }, {
      T: ANY,
      Tind: INDICES,
    }),
    infer: (node) => {
      const mode = stringAttribute(node, "mode", "constant");
      if (mode !== "constant") throw new CompileError(`padding by ${mode} is not supported`);
      const { type, shape } = required(node, 0);
      const { before, after } = padding(node);
      return [{
        type,
        shape: shape.map((dimension, axis) => totalOf([dimension, before[axis]!, after[axis]!])),
      }];
    },
    gradient: ofOutput((b, node, dy) => {
      const x = required(node, 0);
      const { before, after } = padding(node);
      const counts = [...before, ...after];
      const ends = x.shape.map((dimension, axis) => totalOf([dimension, before[axis]!]));
      // A negative count cuts elements off: their gradient is 0.
      const dx = counts.some((count) => count < 0)
        ? b.op("Pad", [dy, b.integers(counts.map((count) => -count))])
        : b.op("Slice", [dy, b.integers(before), b.integers(ends)]);
      const value = node.inputs[2] ? paddedIn(b, x, dy, counts) : null;
      return ofInputs(node, [dx, STOP_GRADIENT, value, STOP_GRADIENT]);
    }),
  },
  Split: {
    signature: signature({ input: "T", "split?": "int64" }, { T: ANY }),
    scalesWith: "all",
    mixedAxes: (node) => [attributeAxis(node, 0)],
    infer: (node) => {
      const { type, shape, integers } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", 0), shape.length);
      let end = 0;
      return splitExtents(node, node.outputs).map((extent) => {
        const known = shape.length === 1 && integers && typeof extent === "number";
        return {
          type,
          shape: shape.map((dimension, i) => i === axis ? extent : dimension),
          ...(known && { integers: integers.slice(end, end += extent) }),
        };
      });
    },
    gradient: (b, node, gradients) => {
      const axis = axisOf(integerAttribute(node, "axis", 0), required(node, 0).shape.length);
      const parts = node.outputs.map((output, i) => gradients[i] ?? b.zeros(output.type, output.shape));
      return ofFirst(node, b.op("Concat", parts, { axis }));
    },
    selectionRule: (node, axis) => {
      const slice = axisOf(integerAttribute(node, "axis", 0), required(node, 0).shape.length);
      return axis === slice ? undefined : { axes: [axis, null] };
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
