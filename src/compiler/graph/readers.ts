import { type Graph, liveNodes, type Node, type Value } from "./graph.ts";

/** What reads each value: nodes, one entry for each input that it is, and outputs of the graph, as `null`. */
export type Readers = ReadonlyMap<Value, readonly (Node | null)[]>;

/** What reads each value of a graph. */
export function readersOf(graph: Graph): Readers {
  const readers = new Map<Value, (Node | null)[]>();
  const add = (value: Value, reader: Node | null) => {
    const known = readers.get(value);
    if (known === undefined) readers.set(value, [reader]);
    else known.push(reader);
  };
  for (const node of liveNodes(graph)) for (const input of node.inputs) if (input) add(input, node);
  for (const output of graph.outputs.values()) add(output, null);
  return readers;
}
