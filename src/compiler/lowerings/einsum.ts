import { checkBudget } from "../graph/budget.ts";
import { CompileError } from "../graph/errors.ts";
import { type Dimension, product, sameDimension } from "../graph/dimension.ts";
import type { Builder } from "../ops/builder.ts";
import type { Value } from "../graph/graph.ts";
import { mapTuple } from "../graph/tuple.ts";
import { EXPORTED_OTHERWISE, required, stringAttribute } from "../ops/op_definition.ts";
import type { Fused } from "./lowering.ts";

/**
 * A sum of products of two tensors, as one stacked matrix product: axes in both and in the result are the stack, those in
 * both and not in the result are summed over.
 *
 * @throws {CompileError} on an ellipsis, a repeated axis, another number of factors, an axis that only one factor sums over, or one
 *   of different extents
 */
export function einsum(b: Builder, node: Fused): Value[] {
  const equation = stringAttribute(node, "equation", "").replaceAll(" ", "");
  checkBudget("axes of one tensor", Math.floor(equation.length / 3));
  const parts = /^([a-z]+),([a-z]+)->([a-z]+)$/i.exec(equation);
  if (parts === null || node.inputs.length !== 2) {
    throw new CompileError(`Einsum '${equation}' is not a product of two tensors without an ellipsis`);
  }
  const [left, other, result] = mapTuple([1, 2, 3], (group) => [...parts[group]!]);
  const x = required(node, 0);
  const y = required(node, 1);
  if (left.length !== x.shape.length || other.length !== y.shape.length) {
    throw new CompileError(
      `Einsum '${equation}' names ${left.length} and ${other.length} axes of tensors that have ${x.shape.length} and ${y.shape.length}`,
    );
  }
  const sizes = new Map<string, Dimension>([
    ...left.map((axis, i): [string, Dimension] => [axis, x.shape[i]!]),
    ...other.map((axis, i): [string, Dimension] => [axis, y.shape[i]!]),
  ]);
  const repeated = left.find((axis, i) => {
    const at = other.indexOf(axis);
    return at >= 0 && !sameDimension(x.shape[i]!, y.shape[at]!);
  });
  if (repeated !== undefined) {
    const extents = [x.shape[left.indexOf(repeated)], y.shape[other.indexOf(repeated)]].join(" and ");
    throw new CompileError(
      `Einsum '${equation}' whose axis '${repeated}' has the extents ${extents} is not supported${EXPORTED_OTHERWISE}`,
    );
  }
  const stack = left.filter((axis) => other.includes(axis) && result.includes(axis));
  const summed = left.filter((axis) => other.includes(axis) && !result.includes(axis));
  const rows = left.filter((axis) => !other.includes(axis));
  const columns = other.filter((axis) => !left.includes(axis));
  const once = [left, other, result].every((axes) => new Set(axes).size === axes.length);
  const known = result.every((axis) => sizes.has(axis));
  if (!once || !known || [...rows, ...columns].some((axis) => !result.includes(axis))) {
    throw new CompileError(
      `Einsum '${equation}' repeats an axis, sums over an axis of only one factor, or names an axis of neither factor`,
    );
  }
  const shapeOf = (axes: readonly string[]) => axes.map((axis) => sizes.get(axis)!);
  const matrix = (
    value: Value,
    axes: readonly string[],
    first: readonly string[],
    second: readonly string[],
  ) =>
    b.reshape(b.transpose(value, [...stack, ...first, ...second].map((axis) => axes.indexOf(axis))), [
      product(shapeOf(stack)),
      product(shapeOf(first)),
      product(shapeOf(second)),
    ]);
  const product3 = b.matmul(matrix(x, left, rows, summed), matrix(y, other, summed, columns));
  const made = [...stack, ...rows, ...columns];
  return [b.transpose(b.reshape(product3, shapeOf(made)), result.map((axis) => made.indexOf(axis)))];
}
