/** Checks of the inputs' shapes that the rows of several operators share: only what is wrong for all symbols is refused. */
import { canBeSame, type Dimension, leastOf, subtract } from "../graph/dimension.ts";
import { plainIntegersOf } from "../graph/constants.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { type Asked, attributeAxis, EXPORTED_OTHERWISE, required } from "./op_definition.ts";

/** @throws {CompileError} where an input cannot have the shape that it must have */
export function checkShape(node: Asked, at: number, expected: readonly Dimension[]): void {
  const { shape } = required(node, at);
  if (shape.length === expected.length && shape.every((extent, axis) => canBeSame(extent, expected[axis]!))) {
    return;
  }
  throw new CompileError(`input ${at} is [${shape.join(", ")}], and must be [${expected.join(", ")}]`);
}

/** @throws {CompileError} where an input cannot be broadcast to a shape */
export function checkBroadcastsTo(node: Asked, at: number, to: readonly Dimension[]): void {
  const { shape } = required(node, at);
  const fits = shape.length <= to.length &&
    shape.every((extent, axis) => extent === 1 || canBeSame(extent, to[axis - shape.length + to.length]!));
  if (fits) return;
  throw new CompileError(
    `input ${at} is [${shape.join(", ")}], which cannot be broadcast to [${to.join(", ")}]`,
  );
}

/** @throws {CompileError} where an input has more than one element: ONNX Runtime takes [1] for a scalar */
export function checkSingle(node: Asked, at: number): void {
  const { shape } = required(node, at);
  if (shape.length <= 1 && shape.every((extent) => canBeSame(extent, 1))) return;
  throw new CompileError(`input ${at} is [${shape.join(", ")}], and must be a scalar`);
}

/** @throws {CompileError} where known indices do not lie within an axis of known extent */
export function checkIndices(indices: Value, extent: Dimension): void {
  const wrong = plainIntegersOf(indices)?.find((index) => !isWithin(index, extent));
  if (wrong !== undefined) throw new CompileError(outside(wrong, extent));
}

function isWithin(index: number, extent: Dimension): boolean {
  return typeof extent !== "number" || (index >= -extent && index < extent);
}

function outside(index: number, extent: Dimension): string {
  return `the index ${index} is outside an axis of ${extent}`;
}

/** @throws {CompileError} where an input has another number of axes */
export function checkRank(node: Asked, at: number, rank: number): void {
  const { shape } = required(node, at);
  if (shape.length === rank) return;
  throw new CompileError(`input ${at} is [${shape.join(", ")}], and must have ${rank} axes`);
}

/** The axes that are left of the data when its elements are picked by indices […, depth]. @param batch the axes in common */
export function pickedRest(node: Asked, batch: number): readonly Dimension[] {
  const { shape } = required(node, 0);
  const indices = required(node, 1).shape;
  const depth = indices.at(-1);
  if (typeof depth !== "number") {
    throw new CompileError(
      `the last extent of the indices [${
        indices.join(", ")
      }] is not known at compile time${EXPORTED_OTHERWISE}`,
    );
  }
  if (batch >= indices.length || batch + depth > shape.length) {
    throw new CompileError(
      `indices [${indices.join(", ")}] into [${shape.join(", ")}], of which ${batch} axes are in common`,
    );
  }
  const at = indices.slice(0, batch).findIndex((extent, axis) => !canBeSame(extent, shape[axis]!));
  if (at >= 0) {
    throw new CompileError(`axis ${at} of the indices is ${indices[at]}, and of the data ${shape[at]}`);
  }
  for (const [i, index] of (plainIntegersOf(required(node, 1)) ?? []).entries()) {
    const extent = shape[batch + i % depth]!;
    if (!isWithin(index, extent)) throw new CompileError(outside(index, extent));
  }
  return shape.slice(batch + depth);
}

/** @throws {CompileError} where indices of single elements do not fit the data that they pick from along an axis */
export function checkElementIndices(node: Asked): void {
  const { shape } = required(node, 0);
  checkRank(node, 1, shape.length);
  const axis = attributeAxis(node, 0);
  checkIndices(required(node, 1), shape[axis]!);
  const indices = required(node, 1).shape;
  const at = indices.findIndex((extent, i) => i !== axis && leastOf(subtract(extent, shape[i]!)) > 0);
  if (at >= 0) {
    throw new CompileError(`axis ${at} of the indices is ${indices[at]}, and of the data ${shape[at]}`);
  }
}
