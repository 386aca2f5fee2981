import { type Graph, liveNodes, type Node, type Value } from "./graph.ts";

/** What reads each value: nodes that the outputs need, one entry for each input that it is, and outputs of the graph, as `null`. */
export function readsOf(graph: Graph): ReadonlyMap<Value, readonly (Node | null)[]> {
  const reads = new Map<Value, (Node | null)[]>();
  for (const node of liveNodes(graph)) {
    for (const input of node.inputs) if (input !== null) addTo(reads, input, node);
  }
  for (const output of graph.outputs.values()) addTo(reads, output, null);
  return reads;
}

/** How often each value is read: by nodes that the outputs need, and as an output. */
export function usesOf(graph: Graph): ReadonlyMap<Value, number> {
  return new Map([...readsOf(graph)].map(([value, reads]) => [value, reads.length]));
}

/** The nodes that read each value, each once. */
export function readersOf(nodes: readonly Node[]): ReadonlyMap<Value, readonly Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) if (input !== null) addTo(readers, input, node);
  }
  return readers;
}

function addTo<T>(lists: Map<Value, T[]>, value: Value, item: T): void {
  const list = lists.get(value);
  if (list === undefined) lists.set(value, [item]);
  else list.push(item);
}
