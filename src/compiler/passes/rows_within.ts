import { sameDimension, subtract, symbol } from "../graph/dimension.ts";
import type { Value } from "../graph/graph.ts";
import type { Builder } from "../ops/builder.ts";

/** The number of rows at the start of a text that a graph does not compute. */
export const PREFIX = symbol("prefix");

/** The number of rows of a text. */
export const SEQUENCE = symbol("sequence");

/**
 * Rows of a text as rows of a value: where the value lacks the text's first rows, they are counted from the first that it has, which
 * stands for those before it, too (only padded places name these).
 *
 * @param rows int64, of any shape
 * @param of [batch, rows, …]
 */
export function rowsWithin(b: Builder, rows: Value, of: Value): Value {
  if (!sameDimension(subtract(SEQUENCE, of.shape[1]!), PREFIX)) return rows;
  return b.op("Max", [b.subtract(rows, b.integer(PREFIX)), b.integer(0)]);
}
