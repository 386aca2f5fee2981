import { type Graph, liveNodes, type Node } from "../graph/graph.ts";

/**
 * A graph's nodes in the order in which ONNX Runtime (1.30) runs them: from the last output backwards, each node after what it
 * reads, and of what a node reads first what comes last in the file.
 */
export function executionOrder(graph: Graph): readonly Node[] {
  const nodes = liveNodes(graph);
  const places = new Map(nodes.map((node, i) => [node, i]));
  const before = ({ inputs }: Pick<Node, "inputs">) =>
    inputs.flatMap((input) => {
      const place = input?.integers === undefined && input?.producer && places.get(input.producer);
      return place === undefined || place === false ? [] : [place];
    }).sort((a, b) => a - b).map((place) => nodes[place]!);
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack: { readonly node: Node; readonly isLeft: boolean }[] = [...graph.outputs.values()].flatMap(
    (output) => before({ inputs: [output] }).map((node) => ({ node, isLeft: false })),
  );
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, isLeft } = top;
    if (isLeft) order.push(node);
    if (isLeft || entered.has(node)) continue;
    entered.add(node);
    stack.push({ node, isLeft: true });
    for (const one of before(node)) if (!entered.has(one)) stack.push({ node: one, isLeft: false });
  }
  return order;
}
