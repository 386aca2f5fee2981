import type { Builder } from "../ops/builder.ts";
import { sameShape } from "../graph/dimension.ts";
import type { Graph, Node, Value } from "../graph/graph.ts";
import { mapTuple } from "../graph/tuple.ts";
import { cutsOf } from "../ops/cutting.ts";
import { axisOf, integerAttribute, integersAttribute } from "../ops/op_definition.ts";
import { rewrite } from "../ops/rewrite.ts";

/** Some neighbouring columns of a value: from `start` on along its last axis. */
interface Piece {
  readonly of: Value;
  readonly start: number;
  readonly extent: number;
}

/** The columns of a node's input that each of its outputs is, where the node cuts it along its last axis and nowhere else. */
export function piecesOf(node: Node): Piece[] | undefined {
  const [of] = node.inputs;
  const last = (of?.shape.length ?? 0) - 1;
  const extents = node.outputs.map(({ shape }) => shape.at(-1));
  if (!of || !extents.every((extent) => typeof extent === "number")) return undefined;
  if (node.op === "Split" && axisOf(integerAttribute(node, "axis", 0), last + 1) === last) {
    let end = 0;
    return extents.map((extent) => ({ of, start: (end += extent) - extent, extent }));
  }
  const [slice, ...more] = node.op === "Slice" ? cutsOf(node) : [];
  if (slice?.axis !== last || slice.step !== 1 || more.length > 0) return undefined;
  return typeof slice.start === "number" ? [{ of, start: slice.start, extent: extents[0]! }] : undefined;
}

/**
 * Whether columns of a value can be computed separately: it is a product with a weight, perhaps with a bias, and perhaps with its
 * columns laid out by heads and its axes exchanged before the last.
 */
export function isProjection({ producer, shape }: Value): boolean {
  const [x, y] = producer?.inputs ?? [];
  switch (producer?.op) {
    case "MatMul":
    case "com.microsoft.FusedMatMul":
      return y?.constant?.dims.length === 2 && integerAttribute(producer, "transA", 0) === 0;
    case "Add":
      return [[x, y], [y, x]].some(([of, bias]) =>
        bias?.constant?.dims.length === 1 && of && isProjection(of)
      );
    case "Reshape":
      return sameShape(x!.shape.slice(0, -1), shape.slice(0, -2)) && isProjection(x!);
    case "Transpose":
      return integersAttribute(producer, "perm")?.at(-1) === shape.length - 1 && isProjection(x!);
    default:
      return false;
  }
}

/**
 * Gives each piece of a packed projection a product of its own. Queries, keys and values from one product are
 * computed for the same tokens; from three, the queries can be narrowed to the rows that are read.
 */
export function splitPackedProjection(graph: Graph, packed: Value): Graph {
  return rewrite(graph, (node, _, b, now) => {
    const pieces = piecesOf(node);
    return pieces?.[0]?.of === packed ? pieces.map((piece) => product(b, piece, now)) : undefined;
  });
}

/** The product that gives a piece of a projection. */
function product(b: Builder, { of, start, extent }: Piece, now: (value: Value) => Value): Value {
  const size = of.shape.at(-1) as number;
  /** The piece's columns of a weight or a bias, out of every `size` along an axis. */
  const slice = (whole: Value, axis: number): Value => {
    const { shape } = whole;
    const groups = shape[axis] as number / size;
    const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
    const bounds = [start, start + extent, axis + 1].map((item) => b.integers([item]));
    const columns = b.op("Slice", [b.reshape(whole, [...before, groups, size, ...after]), ...bounds]);
    return b.reshape(columns, [...before, groups * extent, ...after]);
  };
  const along = (value: Value): Value => {
    const node = value.producer!;
    const [x, y] = mapTuple([0, 1], (at) => node.inputs[at]!);
    switch (node.op) {
      case "Add":
        return y.constant ? b.add(along(x), slice(y, 0)) : b.add(slice(x, 0), along(y));
      case "Reshape":
        return b.reshape(along(x), [
          ...value.shape.slice(0, -1),
          value.shape.at(-1) as number / size * extent,
        ]);
      case "Transpose":
        return b.checkedNode(node.op, [along(x)], node.attributes)[0]!;
      default:
        return b.checkedNode(
          node.op,
          [now(x), slice(y, integerAttribute(node, "transB", 0) === 1 ? 0 : 1)],
          node.attributes,
        )[0]!;
    }
  };
  return along(of);
}
