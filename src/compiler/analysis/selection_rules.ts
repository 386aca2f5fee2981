import type { Node } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import type { SelectionRule } from "../ops/op_definition.ts";

/** Where a selection along each axis of a node's first output comes from. */
export function selectionRules(node: Node): (SelectionRule | undefined)[] {
  const { selectionRule } = definitionOf(node.op);
  return node.outputs[0]!.shape.map((_, axis) => selectionRule?.(node, axis));
}
