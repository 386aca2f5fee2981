/** Parts of the gradients of Slice and Pad: zeros where nothing was taken from. */
import type { Builder } from "./builder.ts";
import { type Dimension, product, subtract } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { scalarLike } from "./elementwise.ts";
import { EXPORTED_OTHERWISE } from "./op_definition.ts";

/** Zeros before and after along one axis. */
export function padded(b: Builder, x: Value, axis: number, before: Dimension, after: Dimension): Value {
  const zeros = (extent: Dimension) =>
    b.zeros(x.type, x.shape.map((dimension, i) => i === axis ? extent : dimension));
  const parts = [...(before === 0 ? [] : [zeros(before)]), x, ...(after === 0 ? [] : [zeros(after)])];
  return parts.length === 1 ? x : b.op("Concat", parts, { axis });
}

/** Elements along an axis set `step` apart, zeros between them, `extent` in all. */
export function spread(b: Builder, x: Value, axis: number, step: number, extent: Dimension): Value {
  const { shape } = x;
  const before = shape.slice(0, axis);
  const after = shape.slice(axis + 1);
  const count = shape[axis]!;
  const apart = padded(b, b.reshape(x, [...before, count, 1, ...after]), axis + 1, 0, step - 1);
  const whole = b.reshape(apart, [...before, product([count, step]), ...after]);
  return b.op("Slice", [whole, ...[0, extent, axis].map((item) => b.integers([item]))]);
}

/** The gradient of a cut that runs backwards along an axis of known size: reversed, it is that of one that runs forwards. */
export function turned(
  b: Builder,
  x: Value,
  axis: number,
  start: Dimension,
  step: number,
  size: Dimension,
): Value {
  const count = x.shape[axis]!;
  if (typeof count !== "number" || typeof start !== "number") {
    throw new CompileError(
      `a Slice runs backwards from ${start} over ${size}, and these are not known at compile time${EXPORTED_OTHERWISE}`,
    );
  }
  if (count === 0) return padded(b, x, axis, 0, size);
  const bounds = [count - 1, -(2 ** 31), axis, -1].map((item) => b.integers([item]));
  const last = start + (count - 1) * step;
  const apart = spread(b, b.op("Slice", [x, ...bounds]), axis, -step, start - last + 1);
  return padded(b, apart, axis, last, subtract(size, start + 1));
}

/** The sum of what flows back into the elements that a Pad of `x` adds: the gradient of the number that they are. */
export function paddedIn(b: Builder, x: Value, dy: Value, counts: readonly number[]): Value {
  const added = b.op("Pad", [b.zeros(x.type, x.shape), b.integers(counts), scalarLike(b, x, 1)]);
  return b.reshape(b.sum(b.multiply(dy, added), dy.shape.map((_, axis) => axis)), []);
}
