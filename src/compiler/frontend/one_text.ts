import { type Dimension, symbolsOf, termsOf } from "../graph/dimension.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import { type Graph, liveNodes, type Node } from "../graph/graph.ts";
import { summedDimension } from "../ops/matrix.ts";
import { definitionOf } from "../ops/mod.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";

/**
 * Checks that no text of a batch affects another's answer: a file that was exported for one text, with the number 1 in a
 * Reshape, can lay the tokens of several texts in one row without an error.
 *
 * @throws {CompileError} where probabilities or a product of matrices run over the texts of a batch
 */
export function checkOneText(graph: Graph): void {
  const mixing = liveNodes(graph).find((node) => runsOver(node).some(countsTexts));
  if (mixing === undefined) return;
  throw new CompileError(
    `${graph.source}: ${
      operatorOfNode(mixing.op, mixing.name)
    } mixes the texts of a batch: was it exported for one text? Export it with dynamic axes`,
  );
}

/** The dimensions that a node sums over. */
function runsOver(node: Node): Dimension[] {
  const [x] = node.inputs;
  if (!x) return [];
  if (node.op === "Softmax") return [x.shape[axisOf(integerAttribute(node, "axis", -1), x.shape.length)]!];
  return definitionOf(node.op).isMatrixProduct ? [summedDimension(node)] : [];
}

function countsTexts(dimension: Dimension): boolean {
  return termsOf(dimension).some(([key]) => symbolsOf(key).includes("batch"));
}
