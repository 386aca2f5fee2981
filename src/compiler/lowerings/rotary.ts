import type { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { mapTuple, ofLength } from "../graph/tuple.ts";
import { integerAttribute, required } from "../ops/op_definition.ts";
import { equalPart } from "./equal_part.ts";
import { type Lowering, lowering } from "./lowering.ts";

/**
 * Rotary positions (Su et al. 2021) on the first 2·r of each head's dimensions.
 *
 * @param x float32 [batch, sequence, heads, size]
 * @param cos, sin float32 [batch or 1, sequence, r]
 * @param interleaved pairs are neighbours, instead of one from each half
 */
export function rotated(b: Builder, x: Value, cos: Value, sin: Value, interleaved: boolean): Value {
  const [batch, sequence, heads, size] = ofLength(x.shape, 4, "the axes of heads");
  const half = cos.shape.at(-1);
  if (typeof size !== "number" || typeof half !== "number") throw new CompileError("heads of unknown size");
  const last = (of: Value) => of.shape.length - 1;
  const [turning, rest] = 2 * half < size ? b.split(x, last(x), [2 * half, size - 2 * half]) : [x];
  const halves = [batch, sequence, heads, half];
  const [first, second] = interleaved
    ? mapTuple(
      b.split(b.reshape(turning, [...halves, 2]), halves.length, [1, 1]),
      (part) => b.reshape(part, halves),
    )
    : b.split(turning, last(turning), [half, half]);
  const perHead = (table: Value) => b.reshape(table, [...table.shape.slice(0, 2), 1, half]);
  const c = perHead(cos);
  const s = perHead(sin);
  const turned = [
    b.subtract(b.multiply(first, c), b.multiply(second, s)),
    b.add(b.multiply(second, c), b.multiply(first, s)),
  ];
  const joined = interleaved
    ? b.reshape(
      b.op("Concat", turned.map((part) => b.reshape(part, [...part.shape, 1])), { axis: -1 }),
      turning.shape,
    )
    : b.op("Concat", turned, { axis: -1 });
  return rest ? b.op("Concat", [joined, rest], { axis: -1 }) : joined;
}

/** Rows of a table of cosines or sines: those of the positions, or the first ones. */
export function tableRows(b: Builder, table: Value, positions: Value | null | undefined, x: Value): Value {
  const [batch, sequence] = ofLength(x.shape, 4, "the axes of heads");
  if (positions?.shape.length === 2) return b.op("Gather", [table, positions], { axis: 0 });
  if (positions?.shape.length === 1) {
    throw new CompileError("an offset in place of positions is not supported");
  }
  if (table.shape.length === 3) return b.expand(table, [batch, sequence, table.shape[2]!]);
  const [, half] = ofLength(table.shape, 2, "the axes of a table of angles");
  const first = b.op("Slice", [table, b.integers([0]), b.integers([sequence]), b.integers([0])]);
  return b.reshape(first, [1, sequence, half]);
}

/** [batch, sequence, heads · size] or [batch, heads, sequence, size], turned and given back in the same layout. */
function turn(b: Builder, x: Value, heads: number, turnRows: (rows: Value) => Value, half: number): Value {
  if (x.shape.length === 4) return b.transpose(turnRows(b.transpose(x, [0, 2, 1, 3])), [0, 2, 1, 3]);
  const [batch, sequence, width] = ofLength(x.shape, 3, "the axes of what is turned");
  const count = heads || equalPart(width, 2 * half);
  const rows = b.reshape(x, [batch, sequence, count, equalPart(width, count)]);
  return b.reshape(turnRows(rows), [batch, sequence, width]);
}

/** Rotary positions as an operator, ONNX Runtime's and ONNX's own (whose inputs stand in another order). */
export const rotaryEmbeddings: Readonly<Record<string, Lowering>> = {
  "com.microsoft.RotaryEmbedding": lowering(
    ["input", "position_ids", "cos_cache", "sin_cache"],
    (b, node) => {
      const [x, positions, cos, sin] = mapTuple([0, 1, 2, 3], (at) => required(node, at));
      return [turnNode(b, node, x, positions, cos, sin)];
    },
  ),
  RotaryEmbedding: lowering(["X", "cos_cache", "sin_cache", "position_ids?"], (b, node) => {
    const [x, cos, sin] = mapTuple([0, 1, 2], (at) => required(node, at));
    return [turnNode(b, node, x, node.inputs[3], cos, sin)];
  }),
};

function turnNode(
  b: Builder,
  node: Parameters<Lowering>[1],
  x: Value,
  positions: Value | null | undefined,
  cos: Value,
  sin: Value,
): Value {
  const interleaved = integerAttribute(node, "interleaved", 0) === 1;
  const turnRows = (rows: Value) =>
    rotated(b, rows, tableRows(b, cos, positions, rows), tableRows(b, sin, positions, rows), interleaved);
  return turn(b, x, integerAttribute(node, "num_heads", 0), turnRows, equalPart(cos.shape.at(-1), 1));
}
