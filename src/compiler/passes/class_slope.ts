import { symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { Builder } from "../ops/builder.ts";
import { gradientsOf, pullBack } from "./differentiate.ts";
import { CLASS_LOGITS, EXAMPLE_LOSSES, type LossMean, OBJECTIVE } from "./objective.ts";

const BATCH = symbol("batch");
const CLASSES = symbol("classes");

/**
 * Adds the gradient of the objective with respect to an input, the slope of each example's cross-entropy being written down:
 * the softmax of its classes' logits less the one-hot label. That takes half the nodes of the derivative of what `addLoss` adds, or
 * fewer, and is equal to it but for rounding.
 *
 * @param graph with the outputs and the input of `addLoss`
 * @param how the mean that `addLoss` has added
 * @param scale the objective's own gradient
 * @returns the graph with the further output `gradient`, of the input's shape
 * @throws {CompileError} as `differentiate` does
 */
export function differentiateClassLoss(
  graph: Graph,
  how: LossMean,
  withRespectTo: Value,
  scale: number,
): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get(CLASS_LOGITS)!;
  const known = new Map([[logits, slopeOf(b, graph, logits, how, scale)]]);
  const [gradient] = pullBack(b, liveNodes(graph), known, [withRespectTo]);
  if (gradient === undefined) {
    throw new CompileError(`${graph.source}: the loss does not depend on '${withRespectTo.name}'`);
  }
  return b.graph(new Map([...graph.outputs, ["gradient", gradient]]));
}

/** The gradient of the objective with respect to the classes' logits, float32 [batch, classes]. */
function slopeOf(b: Builder, graph: Graph, logits: Value, how: LossMean, scale: number): Value {
  const named = (name: string) => graph.inputs.find((input) => input.name === name);
  const excess = b.subtract(b.op("Softmax", [logits], { axis: 1 }), b.oneHot(named("labels")!, CLASSES));
  if (how === "plain" && named("prompt_of_example") === undefined) {
    const scaled = scale === 1 ? excess : b.multiply(excess, b.scalar(scale));
    return b.divide(scaled, b.cast(b.integer(BATCH), "float32"));
  }
  const [flowing] = gradientsOf(b, graph, OBJECTIVE, [graph.outputs.get(EXAMPLE_LOSSES)!], scale);
  return b.multiply(excess, flowing!);
}
