import { add, type Dimension, multiply, product } from "../graph/dimension.ts";
import { type Graph, liveNodes } from "../graph/graph.ts";
import { summedDimension } from "../ops/matrix.ts";
import { definitionOf } from "../ops/mod.ts";

/**
 * The floating-point operations of a graph's matrix products, in terms of the symbols: two for each number of the result and
 * each element of the dimension summed over. Everything else is small in comparison.
 */
export function matrixFlops(graph: Graph): Dimension {
  return liveNodes(graph).filter(({ op }) => definitionOf(op).isMatrixProduct).reduce(
    (total: Dimension, node) =>
      add(total, multiply(2, multiply(product(node.outputs[0]!.shape), summedDimension(node)))),
    0,
  );
}
