import { evaluate } from "../graph/dimension.ts";
import type { Node } from "../graph/graph.ts";
import type { Interpreter } from "./interpreter.ts";
import { cutsOf } from "../ops/cutting.ts";
import { definitionOf } from "../ops/mod.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";
import { interpreterOf } from "./probe.ts";

/** The largest number of interpreters that keep what they have computed. */
const MOST_KEPT = 4;

/**
 * The longest sequence that the given nodes can take: buffers of a fixed size, such as a causal mask, rotary angles or biases by
 * distance, are sliced to the length of the text or indexed by position, and a longer text would be read beyond their end.
 *
 * @param first the position that the sequence starts at
 * @param of the text that is read, or the target that a decoder reads
 * @returns `undefined` where nothing limits it
 */
export function sequenceLimit(
  nodes: Iterable<Node>,
  first: number,
  of: "sequence" | "target" = "sequence",
): number | undefined {
  const interpreters = new Map<number, Interpreter>();
  const sizes = (length: number) => ({ batch: 1, sequence: 1, target: 1, [of]: length });
  const at = (length: number) => {
    const found = interpreters.get(length) ??
      interpreterOf({ ...sizes(length), position: (_, i) => first + i });
    if (interpreters.size > MOST_KEPT) interpreters.clear();
    interpreters.set(length, found);
    return found;
  };
  let limit: number | undefined;
  for (const node of nodes) {
    const bounds = boundsOf(node, at, sizes);
    // The limit found so far also holds for this node: its buffer is as long as the others'.
    if (bounds === undefined || (limit !== undefined && bounds.fits(limit))) continue;
    limit = longest(bounds, limit);
  }
  return limit;
}

/** A buffer's size, and whether it is read within its bounds for sequences of some length. */
interface Bounds {
  readonly size: number;
  fits(sequence: number): boolean;
}

function boundsOf(
  node: Node,
  at: (length: number) => Interpreter,
  sizes: (length: number) => Readonly<Record<string, number>>,
): Bounds | undefined {
  const [data, indices] = node.inputs;
  if (node.op === "Slice") {
    const cuts = cutsOf(node).flatMap(({ axis, start, end }) => {
      const size = data!.shape[axis]!;
      const isFixed = typeof start === "number" && typeof end === "number";
      return typeof size === "number" && !isFixed ? [{ size, start, end }] : [];
    });
    if (cuts.length === 0) return undefined;
    return {
      size: Math.max(...cuts.map(({ size }) => size)),
      fits: (length) =>
        cuts.every(({ size, start, end }) => {
          const symbols = sizes(length);
          return evaluate(start, symbols) >= 0 && evaluate(end, symbols) <= size;
        }),
    };
  }
  const { lookup } = definitionOf(node.op);
  if (!lookup || !data || !indices || indices.constant || indices.integers) return undefined;
  const size = data.shape[axisOf(integerAttribute(node, lookup.axis, 0), data.shape.length)]!;
  if (typeof size !== "number" || at(1).valueOf(indices) === undefined) return undefined;
  const fits = (sequence: number) =>
    at(sequence).valueOf(indices)?.items.every((item) => item >= -size && item < size) ?? true;
  return { size, fits };
}

/** The longest sequence that fits, at most `most`; `undefined` where all do, or none does. */
function longest({ size, fits }: Bounds, most: number | undefined): number | undefined {
  let [low, high] = [1, Math.min(size + 1, most ?? Infinity)];
  if (!fits(low) || fits(high)) return most;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
