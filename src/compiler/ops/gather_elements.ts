import type { Builder } from "./builder.ts";
import { type Dimension, product, sameDimension, subtract } from "../graph/dimension.ts";
import type { Node, Value } from "../graph/graph.ts";
import { axisOf, integerAttribute, required } from "./op_definition.ts";

/**
 * The gradient of GatherElements' data: what flows back into the elements that were picked, added up by a product with a
 * one-hot tensor, as in Gather, so that the same inputs give the same bits on every device.
 *
 * The one-hot tensor has an element for each index and each place of the axis. Along axes that an Expand or a Tile has
 * repeated the indices, it is made once: in DeBERTa, whose relative positions are the same for every example and head, it is
 * [queries, keys, positions], 32 MiB for 128 tokens and 512 positions, and all layers share it. Its product then takes
 * `positions` multiplications for each score that is picked. Indices that differ everywhere need the whole tensor.
 *
 * @param dy of the indices' shape
 * @returns of the data's shape
 */
export function addedElements(b: Builder, node: Node, dy: Value): Value {
  const data = required(node, 0);
  const rank = data.shape.length;
  const axis = axisOf(integerAttribute(node, "axis", 0), rank);
  const whole = required(node, 1).shape;
  const indices = distinctIndices(b, required(node, 1), axis);
  const isRepeated = (i: number) => i !== axis && indices.shape[i] === 1 && whole[i] !== 1;
  const places = whole.map((_, i) => i);
  const own = places.filter((i) => !isRepeated(i));
  const rows = own.filter((i) => i !== axis);
  const repeated = places.filter(isRepeated);
  const order = [...rows, ...repeated, axis];
  const picked = whole[axis]!;
  const extent = data.shape[axis]!;
  const sizeOf = (axes: readonly number[]) => product(axes.map((i) => whole[i]!));

  const distinct = b.reshape(indices, own.map((i) => whole[i]!));
  const byRow = b.reshape(
    b.transpose(distinct, [...rows, axis].map((i) => own.indexOf(i))),
    [sizeOf(rows), picked],
  );
  const hits = b.oneHot(byRow, extent, dy.type === "float64" ? "float64" : "float32"); // [rows, picked, extent]
  const flowing = b.reshape(b.transpose(dy, order), [sizeOf(rows), sizeOf(repeated), picked]);
  const added = b.reshape(b.matmul(flowing, hits), order.map((i) => i === axis ? extent : whole[i]!));
  return filledUp(b, b.transpose(added, order.map((_, i) => order.indexOf(i))), data.shape);
}

/**
 * The indices before an Expand or a Tile repeated them, with as many axes; along the axis that is picked from, all of them.
 */
function distinctIndices(b: Builder, indices: Value, axis: number): Value {
  const { shape, producer } = indices;
  const inner = producer?.inputs[0];
  if (!inner || (producer.op !== "Expand" && producer.op !== "Tile")) return indices;
  const added = shape.length - inner.shape.length;
  const own = [...Array.from({ length: added }, () => 1), ...inner.shape];
  // A Tile may also repeat more than single elements.
  if (!own.every((extent, i) => extent === 1 || sameDimension(extent, shape[i]!))) return indices;
  const wanted = own.map((extent, i) => i === axis ? shape[i]! : extent);
  return b.expand(b.reshape(distinctIndices(b, inner, axis - added), own), wanted);
}

/** Zeros after the elements of every axis, up to a shape: indices need not cover the data. */
function filledUp(b: Builder, x: Value, shape: readonly Dimension[]): Value {
  return shape.reduce((found: Value, extent, axis) => {
    const own = found.shape[axis]!;
    if (sameDimension(own, extent)) return found;
    const rest = found.shape.map((one, i) => i === axis ? subtract(extent, own) : one);
    return b.op("Concat", [found, b.zeros(x.type, rest)], { axis });
  }, x);
}
