import { add, type Dimension, multiply, product } from "../graph/dimension.ts";
import { type Graph, liveNodes } from "../graph/graph.ts";
import { summedDimension } from "../ops/matrix.ts";
import { definitionOf } from "../ops/mod.ts";

/**
 * The floating-point operations of a graph's matrix products, in terms of the symbols: two for each number of the result and
 * each element of the dimension summed over. Everything else is small in comparison.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compile, evaluate, type Graph, matrixFlops } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const passes: Graph[] = [];
 * compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
 *   onPass: (_pass, graph) => passes.push(graph),
 * });
 * const step = passes.at(-1)!;
 * const flops = evaluate(matrixFlops(step), { batch: 16, sequence: 32, length: 10, classes: 2, words: 2 });
 * assert(flops > 1e9);
 * ```
 */
export function matrixFlops(graph: Graph): Dimension {
  return liveNodes(graph).filter(({ op }) => definitionOf(op).isMatrixProduct).reduce(
    (total: Dimension, node) =>
      add(total, multiply(2, multiply(product(node.outputs[0]!.shape), summedDimension(node)))),
    0,
  );
}
