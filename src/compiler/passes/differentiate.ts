import { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import { dependents, type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";

/**
 * Adds the nodes that compute the gradient of a scalar with respect to one input.
 *
 * @param of the name of a float32 [] output
 * @param withRespectTo a float input of the graph
 * @param scale what the scalar's own gradient is
 * @returns the graph with the further output `gradient`, of the input's shape
 * @throws {CompileError} on an operator without a gradient, naming it and its node
 */
export function differentiate(graph: Graph, of: string, withRespectTo: Value, scale = 1): Graph {
  const b = Builder.of(graph), [gradient] = gradientsOf(b, graph, of, [withRespectTo], scale);
  if (gradient === undefined) {
    throw new CompileError(`${graph.source}: the ${of} does not depend on '${withRespectTo.name}'`);
  }
  return b.graph(new Map([...graph.outputs, ["gradient", gradient]]));
}

/**
 * Reverse-mode differentiation: only nodes on a path between the scalar and what it is differentiated by are visited, so
 * frozen weights cost nothing.
 *
 * @param b a builder that goes on where the graph ends
 * @param of the name of a float32 [] output
 * @param withRespectTo float inputs of the graph
 * @returns the gradient of each, of its shape; `undefined` where the scalar does not depend on it
 * @throws {CompileError} on an operator without a gradient, naming it and its node
 */
export function gradientsOf(
  b: Builder,
  graph: Graph,
  of: string,
  withRespectTo: readonly Value[],
  scale = 1,
): (Value | undefined)[] {
  const loss = graph.outputs.get(of)!;
  const nodes = liveNodes(graph), active = dependents(nodes, withRespectTo);
  const gradients = new Map<Value, Value>([[loss, b.scalar(scale)]]);
  for (const node of nodes.toReversed()) {
    const flowing = node.outputs.map((output) => gradients.get(output));
    if (flowing.every((gradient) => gradient === undefined)) continue;
    if (!node.inputs.some((input) => input !== null && active.has(input))) continue;
    const where = () => `operator ${node.op} of node '${node.name}' in ${graph.source}`;
    const row = definitionOf(node.op, where);
    if (row.gradient === undefined) {
      throw new CompileError(`no gradient for ${where()}: add one to its row in src/compiler/ops/`);
    }
    const found = row.gradient(b, node, flowing);
    for (const [i, input] of node.inputs.entries()) {
      const gradient = found[i];
      if (!input || !gradient || !active.has(input)) continue;
      const own = b.unbroadcast(gradient, input.shape), before = gradients.get(input);
      gradients.set(input, before === undefined ? own : b.add(before, own));
    }
  }
  return withRespectTo.map((input) => gradients.get(input));
}
