import type { Graph } from "../../graph/graph.ts";
import { readsOf } from "../../graph/uses.ts";
import { permutation } from "../../ops/movement.ts";
import { rewrite } from "../../ops/rewrite.ts";
import { addProduct, plainProductAt } from "./plain_product.ts";

/**
 * Computes (A·B)ᵀ as Bᵀ·Aᵀ where axes of a stack of products are moved so that the rows' axis becomes the last one: ONNX Runtime
 * then moves whole rows, and not one number at a time.
 */
export function turnProducts(graph: Graph): Graph {
  const readers = readsOf(graph);
  return rewrite(graph, (node, _, b, now) => {
    const [x] = node.inputs;
    const product = node.op === "Transpose" && x ? plainProductAt(x.producer) : undefined;
    if (!x || product === undefined || readers.get(x)!.length > 1) return undefined;
    const { factors: [first, second], transposesA, transposesB, alpha } = product;
    const rank = x.shape.length;
    const perm = permutation(node);
    const areStacks = first.shape.length === rank && second.shape.length === rank && rank > 2;
    if (!areStacks || perm[rank - 1] !== rank - 2) return undefined;
    const turned = addProduct(b, {
      factors: [now(second), now(first)],
      transposesA: !transposesB,
      transposesB: !transposesA,
      alpha,
    });
    const swapped = (axis: number) => axis < rank - 2 ? axis : 2 * rank - 3 - axis;
    return [b.transpose(turned, perm.map(swapped))];
  });
}
