import { Builder } from "./builder.ts";
import type { Graph, Node, Value } from "../graph/graph.ts";
import { liveNodes } from "../graph/graph.ts";

/**
 * Gives the values that stand for a node's outputs, or `undefined` to keep the node as it is.
 *
 * @param inputs the node's inputs in the new graph
 * @param now maps any value before the node to the new graph
 */
export type Visit = (
  node: Node,
  inputs: readonly (Value | null)[],
  b: Builder,
  now: (value: Value) => Value,
) => readonly Value[] | undefined;

/**
 * Rebuilds a graph, node by node in order, leaving out what no output needs. A node that reads the same values as before is in both
 * graphs; of others the shapes are inferred again, so that a replaced value may have another shape.
 *
 * @param prepare gives the values that are replaced from the start, by what stands for them
 */
export function rewrite(
  graph: Graph,
  visit: Visit,
  prepare: (b: Builder) => ReadonlyMap<Value, Value> = () => new Map(),
): Graph {
  const b = new Builder(graph.source, graph.multiplier);
  for (const input of graph.inputs) b.inputs.push(input);
  const stands = new Map(prepare(b));
  const now = (value: Value) => {
    const known = stands.get(value);
    if (known !== undefined || value.integers === undefined || value.producer === undefined) {
      return known ?? value;
    }
    // Integers that are known need no node, and what made them stays in the graph before.
    const { producer: _, ...free } = value;
    stands.set(value, free);
    return free;
  };
  for (const node of liveNodes(graph)) {
    const inputs = node.inputs.map((input) => input === null ? null : now(input));
    const outputs = visit(node, inputs, b, now) ?? keepNode(b, node, inputs);
    for (const [i, output] of node.outputs.entries()) {
      if (!stands.has(output) && outputs[i]) stands.set(output, outputs[i]);
    }
  }
  return b.graph(new Map([...graph.outputs].map(([name, value]) => [name, now(value)])));
}

/** The same operator on other inputs. */
export function copyNode(b: Builder, node: Node, inputs: readonly (Value | null)[]): readonly Value[] {
  return b.checkedNode(node.op, inputs, node.attributes, node.name, node.outputs.map(({ name }) => name));
}

/** The node itself where its inputs are what they were, as its outputs are, too; otherwise its operator on the other inputs. */
export function keepNode(b: Builder, node: Node, inputs: readonly (Value | null)[]): readonly Value[] {
  if (inputs.some((input, at) => input !== node.inputs[at])) return copyNode(b, node, inputs);
  b.keep(node);
  return node.outputs;
}
