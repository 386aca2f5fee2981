import type { Builder } from "../ops/builder.ts";
import { checkBudget } from "../graph/budget.ts";
import { plainIntegersOf } from "../graph/constants.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import type { Application } from "../lowerings/lowering.ts";
import { axisOf, integerAttribute, required } from "../ops/op_definition.ts";

/**
 * The parts of a tensor that SplitToSequence makes: pieces of one size along an axis, the last perhaps smaller, or pieces of
 * given sizes. Newer exporters split queries, keys and values this way before they optimize.
 */
export function sequenceParts(b: Builder, node: Application): readonly Value[] {
  const x = required(node, 0);
  const axis = axisOf(integerAttribute(node, "axis", 0), x.shape.length);
  const size = x.shape[axis]!;
  const split = node.inputs[1];
  const sizes = plainIntegersOf(split);
  if (
    typeof size !== "number" || !split || sizes === undefined || integerAttribute(node, "keepdims", 1) === 0
  ) {
    throw new CompileError(`${size} is split into a sequence whose parts are not known at compile time`);
  }
  const [each = 0] = sizes;
  if (split.shape.length === 0 && each <= 0) throw new CompileError(`a sequence of parts of size ${each}`);
  const count = split.shape.length > 0 ? sizes.length : Math.ceil(size / each);
  checkBudget("inputs or outputs", count);
  const extents = split.shape.length > 0
    ? sizes
    : Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
  return b.split(x, axis, extents, extents.map((_, i) => `part_${i}`));
}

/** Which part of a sequence SequenceAt reads, counted from its end where negative. */
export function partRead(node: Application): number {
  const [at] = plainIntegersOf(node.inputs[1]) ?? [];
  if (at === undefined) {
    throw new CompileError("which part of the sequence is read is not known at compile time");
  }
  return at;
}
