import { Builder } from "../ops/builder.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import { dependents, type Graph, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { scalarLike } from "../ops/elementwise.ts";
import { definitionOf } from "../ops/mod.ts";
import { onRealNumbers } from "./straight_through.ts";
import { type OpDefinition, STOP_GRADIENT } from "../ops/op_definition.ts";

/**
 * Adds the nodes that compute the gradient of a scalar with respect to one input.
 *
 * @param of the name of a float [] output
 * @param withRespectTo a float input of the graph
 * @param scale the scalar's own gradient
 * @returns the graph with the further output `gradient`, of the input's shape
 * @throws {CompileError} on an operator without a gradient, or with none for an input that needs one, naming it and its
 *   node
 */
export function differentiate(graph: Graph, of: string, withRespectTo: Value, scale = 1): Graph {
  const b = Builder.of(graph);
  const [gradient] = gradientsOf(b, graph, of, [withRespectTo], scale);
  if (gradient === undefined) {
    throw new CompileError(`${graph.source}: the ${of} does not depend on '${withRespectTo.name}'`);
  }
  return b.graph(new Map([...graph.outputs, ["gradient", gradient]]));
}

/**
 * Reverse-mode differentiation: only nodes on a path between the scalar and what it is differentiated by are visited, so
 * frozen weights cost nothing.
 *
 * @param b a builder that appends to the graph
 * @param of the name of a float [] output
 * @param withRespectTo float inputs of the graph
 * @returns the gradient of each, of its shape; `undefined` where the scalar does not depend on it
 * @throws {CompileError} on an operator without a gradient, or with none for an input that needs one, naming it and its
 *   node
 */
export function gradientsOf(
  b: Builder,
  graph: Graph,
  of: string,
  withRespectTo: readonly Value[],
  scale = 1,
): (Value | undefined)[] {
  const loss = graph.outputs.get(of)!;
  return pullBack(b, liveNodes(graph), new Map([[loss, scalarLike(b, loss, scale)]]), withRespectTo);
}

/**
 * Reverse-mode differentiation from gradients that are known: the gradient of a value is what flows back into it from
 * those.
 *
 * @param b a builder that appends to the graph of the nodes
 * @param nodes in order
 * @param known gradients of values, of their shapes
 * @param withRespectTo values
 * @returns as `gradientsOf`, which also says what is thrown
 */
export function pullBack(
  b: Builder,
  nodes: readonly Node[],
  known: ReadonlyMap<Value, Value>,
  withRespectTo: readonly Value[],
): (Value | undefined)[] {
  const active = dependents(nodes, withRespectTo);
  const gradients = new Map(known);
  for (const node of nodes.toReversed()) {
    const flowing = node.outputs.map((output) => gradients.get(output));
    if (flowing.every((gradient) => gradient === undefined)) continue;
    if (!node.inputs.some((input) => input !== null && active.has(input))) continue;
    const where = () => `${operatorOfNode(node.op, node.name)} in ${b.source}`;
    for (
      const [input, gradient] of inputGradients(b, definitionOf(node.op), node, flowing, active, where)
    ) {
      const own = withLocation(() => backToShape(b, gradient, input, node), where);
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? own : b.add(before, b.cast(own, before.type)));
    }
  }
  return withRespectTo.map((input) => gradients.get(input));
}

/**
 * What flows back through a node: the gradient of each of its active inputs that has one, which may still have the shape that
 * the input was broadcast to. An input that the node reads twice is listed twice.
 *
 * @param flowing the gradients of the node's outputs
 * @param active the values that depend on what the scalar is differentiated by
 * @param where names the operator, the node and the model, for messages
 * @throws {CompileError} where the row has no gradient, gives another number of them than the node has inputs, or none for an
 *   active input of numbers
 */
export function inputGradients(
  b: Builder,
  row: Pick<OpDefinition, "gradient">,
  node: Node,
  flowing: readonly (Value | undefined)[],
  active: ReadonlySet<Value>,
  where: () => string,
): [input: Value, gradient: Value][] {
  if (row.gradient === undefined) {
    throw new CompileError(`no gradient for ${where()}: add one to its row in src/compiler/ops/`);
  }
  const found = withLocation(() => {
    const real = onRealNumbers(b, node, flowing);
    return row.gradient!(b, real.node, real.flowing);
  }, where);
  if (found.length !== node.inputs.length) {
    throw new CompileError(
      `${where()}: its row gives ${found.length} gradients for ${node.inputs.length} inputs: make it give one for each, in src/compiler/ops/`,
    );
  }
  return node.inputs.flatMap((input, i): [Value, Value][] => {
    const gradient = found[i]!;
    if (input === null || !active.has(input) || gradient === STOP_GRADIENT) return [];
    if (input.type === "bool") return []; // a truth value is piecewise constant: see `OpDefinition.gradient`
    if (gradient !== null) return [[input, gradient]];
    throw new CompileError(
      `no gradient for input ${i} ('${input.name}') of ${where()}: add one to its row in src/compiler/ops/`,
    );
  });
}

/**
 * The gradient of an input in its own shape.
 *
 * @throws {CompileError} where it has more axes than the input and every output of its node, which no broadcasting gives
 */
function backToShape(b: Builder, gradient: Value, input: Value, node: Node): Value {
  const rank = Math.max(...[input, ...node.outputs].map(({ shape }) => shape.length));
  if (gradient.shape.length > rank) {
    throw new CompileError(
      `gradient [${gradient.shape.join(", ")}] has more axes than the value [${
        input.shape.join(", ")
      }] and the outputs`,
    );
  }
  return b.unbroadcast(gradient, input.shape);
}

/** Runs an action on a node; its errors name the node. */
function withLocation<Result>(work: () => Result, where: () => string): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw new CompileError(`${error.message}: ${where()}`, { cause: error });
  }
}
