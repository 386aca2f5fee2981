import { sameShape } from "../../graph/dimension.ts";
import type { Graph, Node, PassLog, Value } from "../../graph/graph.ts";
import { definitionOf } from "../../ops/mod.ts";
import { broadcast } from "../../ops/op_definition.ts";
import { copyNode, rewrite } from "../../ops/rewrite.ts";
import { any, op } from "../../ops/pattern.ts";

const SQUARE = op("Mul", any("x"), any("x"));

/**
 * Leaves out nodes that cost WebGPU a dispatch: repeated copies of what an operator would repeat by itself as it broadcasts its
 * inputs, and the squares and the root of a length, which is one reduction.
 */
export function computeInFewerNodes(graph: Graph, log: PassLog = () => {}): Graph {
  return rewrite(graph, (node, inputs, b, now) => {
    const length = lengthOf(node);
    if (length !== undefined) {
      log("in one reduction", "lengths");
      const { x, sum } = length;
      return b.checkedNode("ReduceL2", [now(x), ...sum.inputs.slice(1)], sum.attributes, node.name);
    }
    const given = withoutCopies(node);
    if (given === undefined) return undefined;
    log("without repeated copies", node.op);
    return copyNode(b, node, given.map((input, at) => input === node.inputs[at] ? inputs[at]! : now(input!)));
  });
}

/** What a node is the length of, and the sum of its squares. */
function lengthOf(node: Node): { readonly x: Value; readonly sum: Node } | undefined {
  const sum = node.op === "Sqrt" ? node.inputs[0]?.producer : undefined;
  const squares = sum?.op === "ReduceSum" ? sum.inputs[0] : undefined;
  const x = squares ? SQUARE(squares, new Map())?.get("x") : undefined;
  return sum && x ? { x, sum } : undefined;
}

/** The inputs of an operator on numbers that broadcasts them itself, without the copies made for it; nothing where there are none. */
function withoutCopies(node: Node): readonly (Value | null)[] | undefined {
  const { isElementwise, movement } = definitionOf(node.op);
  if (!isElementwise || movement !== undefined || node.inputs.length !== 2) return undefined;
  const given = node.inputs.reduce<readonly (Value | null)[]>((found, input, at) => {
    const source = input?.producer?.op === "Expand" ? input.producer.inputs[0]! : undefined;
    if (source === undefined || source.type !== "float32") return found;
    const shorter = found.with(at, source);
    const shape = broadcast(shorter[0]?.shape ?? [], shorter[1]?.shape ?? []);
    return sameShape(shape, node.outputs[0]!.shape) ? shorter : found;
  }, node.inputs);
  return given === node.inputs ? undefined : given;
}
