import type { Builder } from "../ops/builder.ts";
import { float32 } from "../graph/constants.ts";
import { type Dimension, subtract } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { ofLength } from "../graph/tuple.ts";

/** The lowest float32, added to the score of a masked key. */
const LOWEST = -3.4028234663852886e38;

/** The window of a query: how far back it attends; unlimited by default. */
export interface Reach {
  readonly back?: number;
}

/** 0 where allowed, else `filter`. */
export function additiveMask(b: Builder, allowed: Value, filter = LOWEST): Value {
  const [zero, lowest] = [0, filter].map((item) => b.constant("fill", float32([item], [])));
  return b.op("Where", [allowed, zero!, lowest!]);
}

/** Whether key j is not after query i: bool [1, 1, queries, keys]. */
export function causal(b: Builder, queries: Value, keys: Value): Value {
  return inReach(b, queries, keys, {});
}

/** Whether key j is not after query i and not too far before it: bool [1, 1, queries, keys]. */
export function inReach(b: Builder, queries: Value, keys: Value, { back }: Reach): Value {
  const [, , rows] = ofLength(queries.shape, 4, "the axes of queries");
  const [, , columns] = ofLength(keys.shape, 4, "the axes of keys");
  const from = places(b, rows, [1, 1, rows, 1]);
  const at = b.add(from, b.integer(subtract(columns, rows)));
  const to = places(b, columns, [1, 1, 1, columns]);
  const before = b.op("LessOrEqual", [to, at]);
  if (back === undefined) return before;
  return b.op("And", [before, b.op("Greater", [to, b.subtract(at, b.integer(back))])]);
}

/**
 * Whether a key may be attended to, from one of the kinds of mask that ONNX Runtime's attention takes: int [batch, keys], 1
 * where it may; int [batch], the number of keys; or int [batch, queries, keys].
 *
 * @returns bool, broadcast over [batch, heads, queries, keys]
 */
export function allowedKeys(b: Builder, mask: Value, keys: Value): Value {
  const [batch, , count] = ofLength(keys.shape, 4, "the axes of keys");
  if (mask.shape.length === 2) return positive(b, b.reshape(mask, [batch, 1, 1, mask.shape[1]!]));
  if (mask.shape.length === 3) {
    return positive(b, b.reshape(mask, [batch, 1, mask.shape[1]!, mask.shape[2]!]));
  }
  if (mask.shape.length !== 1) throw new CompileError(`a mask of ${mask.shape.length} axes is not supported`);
  const lengths = b.reshape(b.cast(mask, "int64"), [batch, 1, 1, 1]);
  return b.op("Less", [places(b, count, [1, 1, 1, count]), lengths]);
}

function positive(b: Builder, mask: Value): Value {
  return b.op("Greater", [b.cast(mask, "float32"), b.scalar(0)]);
}

/** 0, 1, 2, … in the given shape. */
function places(b: Builder, count: Dimension, shape: readonly Dimension[]): Value {
  return b.reshape(b.op("Range", [b.integer(0), b.integer(count), b.integer(1)]), shape);
}
