import { add, type Dimension, multiply, product } from "../graph/dimension.ts";
import { type Graph, liveNodes } from "../graph/graph.ts";

/** Operators that multiply matrices: two operations for each number of the result and each of the dimension summed over. */
const PRODUCTS = new Set(["MatMul", "MatMulInteger", "Gemm", "com.microsoft.FusedMatMul"]);

/** The floating-point operations of a graph's matrix products, in terms of the symbols; all else is small beside them. */
export function matrixFlops(graph: Graph): Dimension {
  let total: Dimension = 0;
  for (const { op, inputs, outputs: [output], attributes } of liveNodes(graph)) {
    if (!PRODUCTS.has(op)) continue;
    const summed = inputs[0]!.shape.at(attributes.transA === 1 ? -2 : -1)!;
    total = add(total, multiply(2, multiply(product(output!.shape), summed)));
  }
  return total;
}
