import { type Graph, liveNodes, type Node, type Value } from "./graph.ts";

/** How often each value is read: by nodes that the outputs need, and as an output. */
export function usesOf(graph: Graph): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const read = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of liveNodes(graph)) for (const input of inputs) if (input !== null) read(input);
  for (const output of graph.outputs.values()) read(output);
  return uses;
}

/** The nodes that read each value. */
export function readersOf(nodes: readonly Node[]): ReadonlyMap<Value, readonly Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) {
      if (input !== null) readers.set(input, [...readers.get(input) ?? [], node]);
    }
  }
  return readers;
}
