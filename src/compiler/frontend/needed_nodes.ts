import type { GraphProto, NodeProto } from "onnx-buf";
import { subgraphs } from "./import_attributes.ts";

/** Finds the nodes that outputs need. What a graph's names are made by is looked up once for all its outputs. */
export class NeededNodes {
  private readonly makers = new Map<GraphProto, ReadonlyMap<string, readonly number[]>>();

  /**
   * The nodes that outputs need, in the file's order, but each after those that make what it reads: converters append casts
   * of inputs at the end, which ONNX forbids and ONNX Runtime takes. A branch needs what its nodes read of the graph around it.
   *
   * @param made the nodes that are left out, with what only they need
   */
  of(graph: GraphProto, outputs: readonly string[], made: ReadonlySet<NodeProto>): NodeProto[] {
    const makers = this.makersIn(graph);
    const wanted = new Set(outputs);
    const needed = new Set<number>();
    // A set gives the names that are added while it is gone through, too.
    for (const name of wanted) {
      for (const place of makers.get(name) ?? []) {
        const node = graph.node[place]!;
        if (needed.has(place) || made.has(node)) continue;
        needed.add(place);
        for (const read of readBy(node)) wanted.add(read);
      }
    }
    return madeFirst([...needed].sort((a, b) => a - b), (place) => {
      const read = readBy(graph.node[place]!).flatMap((name) => makers.get(name) ?? []);
      return read.filter((maker) => needed.has(maker));
    }).map((place) => graph.node[place]!);
  }

  /** The places of the nodes that make each name. */
  private makersIn(graph: GraphProto): ReadonlyMap<string, readonly number[]> {
    const known = this.makers.get(graph);
    if (known !== undefined) return known;
    const makers = new Map<string, number[]>();
    for (const [place, { output }] of graph.node.entries()) {
      for (const name of output) {
        const places = makers.get(name);
        if (places === undefined) makers.set(name, [place]);
        else places.push(place);
      }
    }
    this.makers.set(graph, makers);
    return makers;
  }
}

/** The names that a node reads, and those that the graphs in it read. */
function readBy(node: NodeProto): string[] {
  const names = [...node.input];
  const left = subgraphs(node);
  for (let graph = left.pop(); graph !== undefined; graph = left.pop()) {
    for (const { name } of graph.output) names.push(name);
    for (const inner of graph.node) {
      for (const name of inner.input) names.push(name);
      for (const one of subgraphs(inner)) left.push(one);
    }
  }
  return names;
}

/** Places, each after those that it needs; in the given order otherwise. What needs itself stays where it is. */
function madeFirst(
  places: readonly number[],
  needsOf: (place: number) => readonly number[],
): readonly number[] {
  const begun = new Set<number>();
  const done = new Set<number>();
  for (const first of places) {
    const left = [first];
    for (let place = left.at(-1); place !== undefined; place = left.at(-1)) {
      const missing = begun.has(place) ? [] : needsOf(place).filter((need) => !begun.has(need));
      begun.add(place);
      if (missing.length > 0) left.push(...missing.toReversed());
      else {
        left.pop();
        done.add(place);
      }
    }
  }
  return [...done];
}
